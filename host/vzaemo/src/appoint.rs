//! `vzaemo access appoint`.

use crate::command::{Appoint, FirstRole};
use crate::wiring;
use anyhow::{Context as _, bail};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::process::ExitCode;
use vzaemo_identity::{PersonId, Role};
use vzaemo_service::granting::{RoleChange, Step, first};
use vzaemo_web::server::role_words;

/// Gives the first technical administrator or the first holder their role.
///
/// A platform in earnest begins with nobody who could give a role, so whoever operates the machine names the first ones.
/// A platform that serves from SQLite has to be stopped meanwhile: it would not learn of the change.
pub async fn appoint(asked: Appoint) -> anyhow::Result<ExitCode> {
    let Some(person) = PersonId::parse(&asked.person) else {
        bail!(
            "understand {:?}: the number of a person's record stands in their cabinet, under “My data”",
            asked.person
        );
    };
    let configuration = wiring::configuration(&asked.config, asked.data.clone(), None)?;
    if configuration.storage.url.is_none() {
        if !configuration.folders.data.join("vzaemo.db").is_file() {
            bail!("find the database in {}: there is none", configuration.folders.data.display());
        }
        let port = configuration.platform.base_url.port_or_known_default().unwrap_or_default();
        if let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            && error.kind() == ErrorKind::AddrInUse
        {
            bail!("appoint while the platform serves at port {port}: stop it first, then start it again");
        }
    }
    let role = match asked.role {
        FirstRole::TechnicalAdministrator => Role::TechnicalAdministrator,
        FirstRole::Holder => Role::Holder,
    };
    let wired = wiring::wire(asked.config.clone(), configuration).await?;
    let grounds = "the first one of this platform, named by its operator".to_owned();
    let change = RoleChange { step: Step::Grant, person, role, grounds };
    let done = first(wired.service.platform(), &change, &role_words(&wired.app, &change)).await;
    wired.storage.close().await;
    done.context("appoint")?;
    println!("{person} has the role from now on; they sign in again to use it");
    Ok(ExitCode::SUCCESS)
}
