//! Whom the double knows. Names and codes are made up; the codes have a right check digit.

use serde_json::{Value, json};

/// A person, and what is told about them.
#[derive(Debug, Clone)]
pub struct Person {
    /// The user id.
    pub id: &'static str,
    /// The fields of `get-user-info`.
    pub fields: Value,
}

/// The person with this user id: `maria` has a signature by a file, `taras` by a qualified device and signs for an
/// organisation, `olena` has a passport's number in place of a taxpayer's, `yurii` neither code.
pub fn person(id: &str) -> Option<Person> {
    let certificate = json!({
        "issuer": "C=UA; O=Надавач; CN=КНЕДП", "issuercn": "КНЕДП", "serial": "5E984D526F82F38F040000000D09",
        "subject": "C=UA; CN=Особа", "subjectcn": "Особа", "locality": "Київ", "state": "", "o": "", "ou": "", "title": "",
        "middlename": "", "email": "", "address": "", "phone": "", "dns": "", "edrpoucode": "", "drfocode": "", "unzr": "", "isqscd": "0",
    });
    let (id, own) = match id {
        "maria" => (
            "maria",
            json!({ "lastname": "Коваль", "givenname": "Марія", "middlename": "Іванівна", "drfocode": "3300712340" }),
        ),
        "taras" => (
            "taras",
            json!({ "lastname": "Гнатюк", "givenname": "Тарас", "middlename": "Олегович", "drfocode": "3104743215",
                "isqscd": "1", "edrpoucode": "00032112", "o": "Громадська організація" }),
        ),
        "olena" => (
            "olena",
            json!({ "lastname": "Кравець", "givenname": "Олена", "middlename": "", "drfocode": "МК123456",
                "unzr": "19900101-01234" }),
        ),
        "yurii" => {
            ("yurii", json!({ "lastname": "Мельник", "givenname": "Юрій", "issuercn": "", "serial": "" }))
        }
        _ => return None,
    };
    let mut fields = certificate;
    for (name, value) in own.as_object().expect("an object") {
        fields[name] = value.clone();
    }
    Some(Person { id, fields })
}
