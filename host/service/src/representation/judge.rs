//! What follows from the register's answer for a person who claims to represent an organisation.

use vzaemo_identity::FullName;
use vzaemo_identity::claims::Refused;
use vzaemo_registers::{LegalEntity, State};

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// The person heads the organisation.
    Head,
    /// The person is of its staff.
    Staff,
    /// Neither.
    Refused(Refused),
}

/// Judges a claim. The organisation must be registered and not in termination. Then
///
/// * attested by the identity provider or certificate, and the register names the person as its head or as one who signs for it: the head;
/// * attested only: staff;
/// * named by the register only: the head if `heads_by_name`, for others may bear the same name; else nothing ties them to it.
pub fn judge(
    found: Option<&LegalEntity>,
    attested: bool,
    name: Option<&FullName>,
    heads_by_name: bool,
) -> Judged {
    let Some(entity) = found else { return Judged::Refused(Refused::Unknown) };
    match entity.state {
        State::Registered => {}
        State::BeingTerminated => return Judged::Refused(Refused::BeingTerminated),
        State::Ended => return Judged::Refused(Refused::Gone),
        State::Other => return Judged::Refused(Refused::OtherState),
    }
    let named = name.is_some_and(|name| {
        let patronymic = name.patronymic.as_deref();
        entity.heads.iter().any(|head| head.is_named(&name.family, &name.given, patronymic))
    });
    match (attested, named) {
        (true, true) => Judged::Head,
        (true, false) => Judged::Staff,
        (false, true) if heads_by_name => Judged::Head,
        (false, _) => Judged::Refused(Refused::NothingTies),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vzaemo_registers::Head;

    fn entity(state: State) -> LegalEntity {
        let head = Head {
            family: "ШЕВЧУК".into(),
            given_and_patronymic: "ГАННА МИКОЛАЇВНА".into(),
            role: "керівник".into(),
        };
        LegalEntity {
            code: "44900179".parse().unwrap(),
            name: "ГО".into(),
            state,
            state_text: String::new(),
            heads: vec![head],
        }
    }

    fn named(family: &str) -> FullName {
        FullName {
            family: family.into(), given: "Ганна".into(), patronymic: Some("Миколаївна".into())
        }
    }

    #[test]
    fn a_head_is_who_is_both_attested_and_named() {
        let (entity, head, other) = (entity(State::Registered), named("Шевчук"), named("Коваль"));
        assert_eq!(judge(Some(&entity), true, Some(&head), false), Judged::Head);
        assert_eq!(judge(Some(&entity), true, Some(&other), true), Judged::Staff);
        assert_eq!(judge(Some(&entity), true, None, true), Judged::Staff);
    }

    #[test]
    fn attack_who_bears_the_heads_name_is_not_the_head_unless_the_holder_says_so() {
        let (entity, head) = (entity(State::Registered), named("Шевчук"));
        let refused = Judged::Refused(Refused::NothingTies);
        assert_eq!(judge(Some(&entity), false, Some(&head), false), refused);
        assert_eq!(judge(Some(&entity), false, Some(&head), true), Judged::Head);
        assert_eq!(judge(Some(&entity), false, Some(&named("Коваль")), true), refused);
        assert_eq!(judge(Some(&entity), false, None, true), refused);
    }

    #[test]
    fn only_a_registered_organisation_is_represented_whatever_the_certificate_says() {
        let head = named("Шевчук");
        for (state, why) in [
            (State::BeingTerminated, Refused::BeingTerminated),
            (State::Ended, Refused::Gone),
            (State::Other, Refused::OtherState),
        ] {
            assert_eq!(judge(Some(&entity(state)), true, Some(&head), true), Judged::Refused(why));
        }
        assert_eq!(judge(None, true, Some(&head), true), Judged::Refused(Refused::Unknown));
    }
}
