title = Villain <script>alert(1)</script>
markup = <script>alert(1)</script> { $value } <a href="javascript:alert(1)">here</a>
act-harm = Do harm <script>alert(1)</script>
act-official = Do harm in office <script>alert(1)</script>
act-say = Say <script>alert(1)</script>
act-say-lead = <iframe src="https://evil.example/"></iframe>
act-say-submit = "><script>alert(1)</script>
field-text = Text <script>alert(1)</script>
field-text-hint = <img src=x onerror=alert(1)>
field-lines = Lines </textarea><script>alert(1)</script>
