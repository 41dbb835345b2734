title = Лиходій <script>alert(1)</script>
markup = <script>alert(1)</script> { $value } <a href="javascript:alert(1)">тут</a>
act-harm = Накоїти лиха <script>alert(1)</script>
act-official = Накоїти лиха на посаді <script>alert(1)</script>
act-say = Сказати <script>alert(1)</script>
act-say-lead = <iframe src="https://evil.example/"></iframe>
act-say-submit = "><script>alert(1)</script>
field-text = Текст <script>alert(1)</script>
field-text-hint = <img src=x onerror=alert(1)>
field-lines = Рядки </textarea><script>alert(1)</script>
