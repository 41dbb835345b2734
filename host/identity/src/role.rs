//! Roles: who may do what in whose name. They are the platform's own data, never a provider's claim.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use vzaemo_registers::Edrpou;

/// A role of a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "role", deny_unknown_fields)]
pub enum Role {
    /// Anybody who has signed in. Held by everyone, so never granted or stored.
    Person,
    /// Administers a module for an executive body.
    ModuleAdministrator {
        /// The id of the body in the register of bodies.
        body: String,
        /// The id of the module, or `*` for every module.
        module: String,
    },
    /// Holder of the platform: decides which modules there are and how they are set.
    Holder,
    /// Technical administrator: runs the platform and grants roles.
    TechnicalAdministrator,
    /// Reads the audit log.
    Auditor,
    /// Acts for an organisation as its head does: also names members of its staff who act for it too.
    OrganisationRepresentative {
        /// The organisation's ЄДРПОУ.
        edrpou: Edrpou,
    },
    /// Acts for an organisation as a member of its staff, and names nobody else.
    OrganisationStaff {
        /// The organisation's ЄДРПОУ.
        edrpou: Edrpou,
    },
}

/// The id that stands for every module in [`Role::ModuleAdministrator`].
pub const EVERY_MODULE: &str = "*";

/// The roles of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    /// Whether the person has this very role. Everyone has [`Role::Person`].
    pub fn has(&self, role: &Role) -> bool {
        *role == Role::Person || self.0.contains(role)
    }

    /// The bodies for which the person administers a module, in the order of their ids.
    pub fn bodies_for(&self, module: &str) -> Vec<&str> {
        let mut bodies: Vec<&str> = self
            .0
            .iter()
            .filter_map(|role| match role {
                Role::ModuleAdministrator { body, module: granted }
                    if granted == module || granted == EVERY_MODULE =>
                {
                    Some(body.as_str())
                }
                _ => None,
            })
            .collect();
        bodies.dedup();
        bodies
    }

    /// Every body for which the person administers anything, in the order of their ids.
    pub fn bodies(&self) -> Vec<&str> {
        let mut bodies: Vec<&str> = self
            .0
            .iter()
            .filter_map(|role| match role {
                Role::ModuleAdministrator { body, .. } => Some(body.as_str()),
                _ => None,
            })
            .collect();
        bodies.dedup();
        bodies
    }

    /// The organisations for which grants let the person act: first those that they head, each in the order of their
    /// codes. One that they head and are of the staff of comes twice.
    pub fn represented(&self) -> impl Iterator<Item = &Edrpou> {
        self.iter().filter_map(|role| match role {
            Role::OrganisationRepresentative { edrpou } | Role::OrganisationStaff { edrpou } => Some(edrpou),
            _ => None,
        })
    }

    /// Whether the person may name members of the organisation's staff who act for it.
    pub fn heads(&self, edrpou: &Edrpou) -> bool {
        self.0.contains(&Role::OrganisationRepresentative { edrpou: edrpou.clone() })
    }

    /// Whether a grant lets the person act for this organisation.
    pub fn represents(&self, edrpou: &Edrpou) -> bool {
        self.represented().any(|granted| granted == edrpou)
    }

    /// The granted roles, in a steady order.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.0.iter()
    }

    /// Whether nothing was granted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().filter(|role| *role != Role::Person).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn administrator(body: &str, module: &str) -> Role {
        Role::ModuleAdministrator { body: body.into(), module: module.into() }
    }

    #[test]
    fn a_body_is_administered_per_module() {
        let roles: Roles =
            [administrator("b2", "notes"), administrator("b1", "*"), administrator("b2", "votes")]
                .into_iter()
                .collect();
        assert_eq!(roles.bodies_for("notes"), ["b1", "b2"]);
        assert_eq!(roles.bodies_for("items"), ["b1"]);
        assert_eq!(roles.bodies(), ["b1", "b2"]);
        assert!(Roles::default().bodies_for("notes").is_empty());
    }

    #[test]
    fn everyone_is_a_person_and_nobody_stores_it() {
        let roles: Roles = [Role::Person, Role::Auditor].into_iter().collect();
        assert!(roles.has(&Role::Person) && roles.has(&Role::Auditor) && !roles.has(&Role::Holder));
        assert_eq!(serde_json::to_string(&roles).unwrap(), r#"[{"role":"auditor"}]"#);
    }

    #[test]
    fn representation_is_by_code() {
        let roles: Roles =
            [Role::OrganisationRepresentative { edrpou: "00032112".parse().unwrap() }].into_iter().collect();
        assert!(
            roles.represents(&"00032112".parse().unwrap()) && !roles.represents(&"14360570".parse().unwrap())
        );
    }

    #[test]
    fn staff_acts_for_the_organisation_and_does_not_head_it() {
        let (one, other): (Edrpou, Edrpou) = ("00032112".parse().unwrap(), "14360570".parse().unwrap());
        let staff: Roles = [Role::OrganisationStaff { edrpou: one.clone() }].into_iter().collect();
        assert!(staff.represents(&one) && !staff.heads(&one));
        let head: Roles = [Role::OrganisationRepresentative { edrpou: one.clone() }].into_iter().collect();
        assert!(head.represents(&one) && head.heads(&one) && !head.heads(&other));
    }
}
