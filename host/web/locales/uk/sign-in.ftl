### Вхід і вихід разом зі службами ідентифікації та сеанси.

signed-out-title = Ви вийшли
signed-out-lead = Із цього браузера вже ніхто не може діяти від вашого імені.
signed-out-there = Можливо, у службі «{ $provider }» ви ще не вийшли. Якщо пристроєм користується ще хтось, вийдіть і там.
signed-out-leave = Вийти й зі служби «{ $provider }»
signed-out-home = На головну

sign-in-id-gov-ua = Підтвердьте особу електронним підписом, через BankID або Дію.

device = { $browser }, { $system }
device-unknown = Пристрій, якого ми не впізнали
session-method = Спосіб входу:
session-network = мережа
sessions-end-others = Завершити всі інші сеанси
