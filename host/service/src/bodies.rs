//! Bodies of the register as modules see them.

use vzaemo_contract::call;

/// What a module learns of a body.
pub(crate) fn contract_body(body: &vzaemo_registers::Body) -> call::Body {
    call::Body {
        id: body.id.clone(),
        name_uk: body.name.uk.clone(),
        name_en: body.name.en.clone(),
        edrpou: body.edrpou.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}
