//! A person signs a document of their cabinet: with their own program, over exactly the bytes that they downloaded.

use super::{ATTEMPTS, Findings, Known, Looked, Record, Signatures, committed, fresh, kept_place};
use crate::Error;
use std::sync::Arc;
use vzaemo_identity::{Examined, Finding, ProvenKey, QualifiedError, Session, Verdict};
use vzaemo_storage::Unit;
use vzaemo_storage::files::{self, About, File, Kind, Unnameable};

/// So many files of a person's cabinet are kept beside those of their cases.
const MOST_KEPT: usize = 500;

/// Why a signature was not attached.
#[derive(Debug, thiserror::Error)]
pub enum NotAttached {
    /// The platform looks at no signatures.
    #[error("check the signature: no trust list is configured")]
    Off,
    /// It signs other bytes.
    #[error("attach the signature: it is one of another document")]
    OtherDocument,
    /// Another person has signed, or it is not known who.
    #[error("attach the signature: another person has signed")]
    OtherPerson,
    /// The seal of an organisation for which the person does not act.
    #[error("attach the seal: the person does not act for the organisation")]
    OtherOrganisation,
    /// It does not count; the key of the sentence that says why.
    #[error("check the signature: {0}")]
    Refused(String),
    /// The person keeps too many documents.
    #[error("keep one more document: there are too many")]
    TooMany,
    /// It cannot be looked at now.
    #[error("check the signature: the platform is busy")]
    Busy,
    /// The storage.
    #[error(transparent)]
    Service(#[from] Error),
}

impl Signatures {
    /// Attaches a signature that the person of the session has made of a document; the bytes are those of the signature
    /// file. The same one once more changes nothing.
    ///
    /// # Errors
    /// [`NotAttached`]; then nothing is kept.
    pub async fn attach(
        &self,
        session: &Session,
        document: &File,
        signature: Vec<u8>,
    ) -> Result<Known, NotAttached> {
        let qualified = self.qualified.as_ref().ok_or(NotAttached::Off)?;
        let refused = |reason: &str| NotAttached::Refused(reason.to_owned());
        if signature.len() > qualified.largest().saturating_mul(3) / 2 {
            return Err(refused("signature-too-large"));
        }
        let content = self.content(document).await?.ok_or_else(|| refused("signature-too-large"))?;
        let signature: Arc<[u8]> = signature.into();
        let examined = match qualified.examine(&signature, Some(&content)).await {
            Ok(examined) if examined.is_of_other_content() => return Err(NotAttached::OtherDocument),
            Ok(examined) => examined,
            Err(QualifiedError::Refused(refusal)) if refusal.public_code() == "signature-other-content" => {
                return Err(NotAttached::OtherDocument);
            }
            Err(QualifiedError::Refused(refusal)) => return Err(refused(refusal.public_code())),
            Err(_) => return Err(NotAttached::Busy),
        };
        let Examined { digest, signatures } = examined;
        let mut found = Vec::with_capacity(signatures.len());
        for (finding, key) in signatures {
            if finding.verdict == Verdict::Invalid {
                return Err(NotAttached::Refused(finding.reason.unwrap_or_default()));
            }
            self.is_theirs(session, &finding, key.as_ref()).await?;
            found.push(self.with_sender(finding, key.as_ref(), Some(session.person.id)).await?);
        }
        let at = self.platform.security.now();
        let looked =
            Looked::Found(Findings::Signed { at, digest, signatures: found }, Some(document.id.clone()));
        self.hold(session, document, &signature, &looked).await
    }

    /// That the person has signed themselves, or sealed for an organisation that they act for.
    async fn is_theirs(
        &self,
        session: &Session,
        finding: &Finding,
        key: Option<&ProvenKey>,
    ) -> Result<(), NotAttached> {
        let signer = finding.signer.as_ref();
        if let Some(seal) = signer.filter(|signer| signer.seal) {
            let of = |code: &str| session.organisations().iter().any(|known| known.edrpou.as_str() == code);
            let theirs = seal.edrpou.as_deref().is_some_and(of);
            return if theirs { Ok(()) } else { Err(NotAttached::OtherOrganisation) };
        }
        match key {
            Some(key) if self.is(session.person.id, key).await? => Ok(()),
            _ => Err(NotAttached::OtherPerson),
        }
    }

    /// Keeps a signature that counts, or may, among the person's files.
    async fn hold(
        &self,
        session: &Session,
        document: &File,
        signature: &[u8],
        looked: &Looked,
    ) -> Result<Known, NotAttached> {
        let person = session.person.id.to_string();
        let spooled = self.spooled(signature).await?;
        let mut unit = self.begin().await?;
        for known in files::signatures_on(&mut unit, &document.id).await.map_err(Error::storage)? {
            let file = files::get(&mut unit, &known.file).await.map_err(Error::storage)?;
            if file.is_some_and(|file| {
                file.digest == spooled.digest() && file.owner.as_deref() == Some(person.as_str())
            }) {
                return Ok(Known::of(known));
            }
        }
        drop(unit);
        let kind =
            Kind::named("p7s").ok_or_else(|| NotAttached::Refused("signature-unreadable".to_owned()))?;
        let name = format!("{}.p7s", document.name);
        let about = About { name, kind, owner: Some(person.clone()), declared: true };
        let now = self.platform.security.now().as_millis();
        let file = self.platform.files.keep(spooled, &about, now).await.map_err(Error::storage)?;
        for _ in 0..ATTEMPTS {
            let mut unit = self.begin().await?;
            name_kept(&mut unit, &person, &file.id, now).await?;
            let record =
                self.after(Record { signs: Some(document.id.clone()), ..fresh(&file.id, now) }, looked);
            files::keep_signatures(&mut unit, &record, None).await.map_err(Error::storage)?;
            if committed(unit).await? {
                return Ok(Known::of(record));
            }
        }
        Err(Error::Busy.into())
    }

    /// Keeps a document that the platform has made for the person, as it is: the bytes that they sign are those that they
    /// get. Kept before under this name, it stays what it was.
    ///
    /// # Errors
    /// [`NotAttached::TooMany`], or the storage.
    pub async fn keep_document(
        &self,
        person: &str,
        name: &str,
        kind: &'static Kind,
        bytes: &[u8],
    ) -> Result<File, NotAttached> {
        let mut unit = self.begin().await?;
        let kept = files::named_by(&mut unit, &kept_place(person)).await.map_err(Error::storage)?;
        drop(unit);
        if let Some(known) = kept.into_iter().find(|file| file.name == name) {
            return Ok(known);
        }
        let spooled = self.spooled(bytes).await?;
        let about = About { name: name.to_owned(), kind, owner: Some(person.to_owned()), declared: true };
        let now = self.platform.security.now().as_millis();
        let file = self.platform.files.keep(spooled, &about, now).await.map_err(Error::storage)?;
        for _ in 0..ATTEMPTS {
            let mut unit = self.begin().await?;
            name_kept(&mut unit, person, &file.id, now).await?;
            if committed(unit).await? {
                return Ok(file);
            }
        }
        Err(Error::Busy.into())
    }

    async fn spooled(&self, bytes: &[u8]) -> Result<files::Spooled, Error> {
        let files = &self.platform.files;
        let mut upload = files.upload(files.largest()).await.map_err(Error::storage)?;
        upload.write(bytes).await.map_err(Error::storage)?;
        upload.finish().await.map_err(Error::storage)
    }
}

/// Names one more file as kept by the person.
async fn name_kept(unit: &mut Unit, person: &str, id: &str, now_ms: i64) -> Result<(), NotAttached> {
    let place = kept_place(person);
    let known = files::named_by(unit, &place).await.map_err(Error::storage)?;
    let mut ids: Vec<String> = known.into_iter().map(|file| file.id).collect();
    if ids.len() >= MOST_KEPT {
        return Err(NotAttached::TooMany);
    }
    ids.push(id.to_owned());
    match files::name(unit, &place, &ids, now_ms).await {
        Ok(_) => Ok(()),
        Err(Unnameable::Write(error)) => Err(Error::storage(error).into()),
        Err(error @ Unnameable::Missing(_)) => Err(Error::storage(error).into()),
    }
}
