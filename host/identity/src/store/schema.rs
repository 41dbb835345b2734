//! The collections of this room.

use serde_json::json;
use vzaemo_storage::Collection;

/// The namespace of the collections.
pub const NAMESPACE: &str = "identity";

pub(super) const PERSONS: &str = "persons";
pub(super) const ALIASES: &str = "aliases";
pub(super) const REFERENCES: &str = "references";
pub(super) const GRANTS: &str = "grants";
pub(super) const SESSIONS: &str = "sessions";
pub(super) const COMPLETED: &str = "completed";
pub(super) const RULES: &str = "rules";
pub(super) const ACCEPTANCES: &str = "acceptances";
pub(super) const CLAIMS: &str = "claims";
/// Invitations to act for an organisation, by the hash of their token.
pub const INVITATIONS: &str = "invitations";
pub(super) const DELEGATIONS: &str = "delegations";

/// The declarations, for [`vzaemo_storage::Storage::declare`].
pub fn collections() -> Vec<Collection> {
    let instant = json!({ "type": "string", "minLength": 24, "maxLength": 24 });
    let name = json!({
        "type": "object",
        "required": ["family", "given"],
        "additionalProperties": false,
        "properties": {
            "family": { "type": "string" },
            "given": { "type": "string" },
            "patronymic": { "type": "string" },
        },
    });
    let organisation = json!({
        "type": "object",
        "required": ["edrpou"],
        "additionalProperties": false,
        "properties": { "edrpou": { "type": "string" }, "name": { "type": "string" } },
    });
    vec![
        // By person. `key` is the keyed hash of the proven key, or of the account of somebody without one.
        Collection::new(
            PERSONS,
            json!({
                "type": "object",
                "required": ["key", "proven", "names"],
                "additionalProperties": false,
                "properties": {
                    "key": { "type": "string", "minLength": 64, "maxLength": 64 },
                    "proven": { "type": "boolean" },
                    "kind": { "type": "string" },
                    "into": { "type": "string" },
                    "merged": { "type": "array", "items": { "type": "string" } },
                    "names": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["name", "since"],
                            "additionalProperties": false,
                            "properties": { "name": name, "since": instant },
                        },
                    },
                },
            }),
        )
        .unique(&["key"]),
        // By alias, the random identifier under which one module knows one person.
        Collection::new(
            ALIASES,
            json!({
                "type": "object",
                "required": ["person", "module"],
                "additionalProperties": false,
                "properties": { "person": { "type": "string" }, "module": { "type": "string" } },
            }),
        )
        .index(&["person"])
        .unique(&["person", "module"]),
        // By module: which of its references are one person's, each of the others with the one that stays.
        Collection::new(
            REFERENCES,
            json!({
                "type": "object",
                "required": ["stays"],
                "additionalProperties": false,
                "properties": { "stays": { "type": "object", "additionalProperties": { "type": "string" } } },
            }),
        ),
        // By person: all roles and the block of one person are one document, so that whoever decides by them reads one
        // key, and its revision tells whether anything has changed.
        Collection::new(
            GRANTS,
            json!({
                "type": "object",
                "required": ["grants"],
                "additionalProperties": false,
                "properties": {
                    "grants": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["role", "since"],
                            "additionalProperties": false,
                            "properties": {
                                "role": { "type": "object", "required": ["role"] },
                                "since": instant,
                                "by": { "type": "string" },
                                "until": instant,
                                "organisation": { "type": "string" },
                            },
                        },
                    },
                    "blocked": {
                        "type": "object",
                        "required": ["basis", "since"],
                        "additionalProperties": false,
                        "properties": {
                            "basis": { "type": "string", "minLength": 1 },
                            "since": instant,
                            "by": { "type": "string" },
                        },
                    },
                },
            }),
        ),
        // By the hash of the token.
        Collection::new(
            SESSIONS,
            json!({
                "type": "object",
                "required": ["person", "method", "assurance", "opened", "expires", "last_used"],
                "additionalProperties": false,
                "properties": {
                    "person": { "type": "string" },
                    "method": { "type": "object" },
                    "assurance": { "type": "string" },
                    "opened": instant,
                    "expires": instant,
                    "last_used": instant,
                    "language": { "type": "string" },
                    "organisation": organisation,
                    "acting_for": organisation,
                    "device": {
                        "type": "object",
                        "properties": { "browser": { "type": "string" }, "system": { "type": "string" } },
                    },
                    "network": { "type": "string" },
                    "account": { "type": "string" },
                    "provider_session": { "type": "string" },
                    "standing": { "type": "integer", "minimum": 0 },
                    "unproven": { "type": "boolean" },
                },
            }),
        )
        .index(&["person"])
        .index(&["expires"])
        .index(&["account"])
        .index(&["provider_session"]),
        // By a hash: sign-ins that have opened a session and tokens of providers that were followed, as long as they
        // could come again.
        Collection::new(
            COMPLETED,
            json!({
                "type": "object",
                "required": ["expires"],
                "additionalProperties": false,
                "properties": { "expires": instant },
            }),
        )
        .index(&["expires"]),
        // By version: the rules of use as they were when they were first applied. Never changed, never removed.
        Collection::new(
            RULES,
            json!({
                "type": "object",
                "required": ["version", "since", "uk", "en", "digest"],
                "additionalProperties": false,
                "properties": {
                    "version": { "type": "string", "minLength": 1 },
                    "since": { "type": "string", "minLength": 10, "maxLength": 10 },
                    "uk": { "type": "string", "minLength": 1 },
                    "en": { "type": "string", "minLength": 1 },
                    "digest": { "type": "string", "minLength": 71, "maxLength": 71 },
                },
            }),
        ),
        // By person: which of them they have accepted.
        Collection::new(
            ACCEPTANCES,
            json!({
                "type": "object",
                "required": ["accepted"],
                "additionalProperties": false,
                "properties": {
                    "accepted": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["version", "digest", "at"],
                            "additionalProperties": false,
                            "properties": {
                                "version": { "type": "string" },
                                "digest": { "type": "string" },
                                "at": instant,
                            },
                        },
                    },
                },
            }),
        ),
        // By person and organisation, `person/code`.
        Collection::new(
            CLAIMS,
            json!({
                "type": "object",
                "required": ["person", "edrpou", "made", "attested", "state", "waits", "next"],
                "additionalProperties": false,
                "properties": {
                    "person": { "type": "string" },
                    "edrpou": { "type": "string" },
                    "made": instant,
                    "attested": { "type": "boolean" },
                    "name": { "type": "string" },
                    "answer": {
                        "type": "object",
                        "required": ["at"],
                        "properties": { "at": instant, "state": { "type": "string" } },
                    },
                    "state": { "type": "object", "required": ["is"] },
                    "waits": { "type": "string" },
                    "next": instant,
                },
            }),
        )
        .index(&["person"])
        .index(&["waits", "next"]),
        // By the hash of the token in the link.
        Collection::new(
            INVITATIONS,
            json!({
                "type": "object",
                "required": ["edrpou", "by", "note", "made", "until", "expires"],
                "additionalProperties": false,
                "properties": {
                    "edrpou": { "type": "string" },
                    "name": { "type": "string" },
                    "by": { "type": "string" },
                    "to": { "type": "string", "minLength": 64, "maxLength": 64 },
                    "note": { "type": "string" },
                    "made": instant,
                    "until": instant,
                    "expires": instant,
                },
            }),
        )
        .index(&["edrpou"])
        .index(&["by"])
        .index(&["expires"]),
        Collection::new(
            DELEGATIONS,
            json!({
                "type": "object",
                "required": ["edrpou", "by", "person", "note", "since", "until", "waits"],
                "additionalProperties": false,
                "properties": {
                    "edrpou": { "type": "string" },
                    "name": { "type": "string" },
                    "by": { "type": "string" },
                    "person": { "type": "string" },
                    "note": { "type": "string" },
                    "since": instant,
                    "until": instant,
                    "ended": {
                        "type": "object",
                        "required": ["at", "how"],
                        "properties": { "at": instant, "how": { "type": "string" }, "by": { "type": "string" } },
                    },
                    "waits": { "type": "string" },
                },
            }),
        )
        .index(&["edrpou", "since"])
        .index(&["person", "since"])
        .index(&["by"])
        .index(&["waits", "until"]),
    ]
}
