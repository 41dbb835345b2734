//! The rooms put together, from the ground up.

use crate::{protection, secret};
use anyhow::{Context as _, anyhow};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use vzaemo_audit::{CheckpointKey, Checkpoints};
use vzaemo_cabinet::mail::{MailConfig, Mailer, Tls};
use vzaemo_clock::{LegalClock, SecurityClock, SignedDuration, Zone};
use vzaemo_identity::dev::{DevClient, DevProvider};
use vzaemo_identity::{
    AuthType, DecryptProgram, IdGovUa, IdGovUaConfig, Identity, IdentityProvider, PlatformSecret, Provider,
    ProviderConfig, SessionLimits, SignIn, Transport,
};
use vzaemo_jobs::Jobs;
use vzaemo_lifecycle::configuration::{self, FileStore, MailTls, Mode};
use vzaemo_lifecycle::{Configuration, Lifecycle, Problem};
use vzaemo_protection::{ClamdAddress, Limits, Protection, Scanner, TrustedProxies};
use vzaemo_registers::{Bodies, Edr, EdrConfig, Holidays};
use vzaemo_runtime::{Engine, EngineConfig};
use vzaemo_service::representation::{Register, Representation};
use vzaemo_service::{Expiry, Platform, Service};
use vzaemo_storage::files::{Files, FilesConfig, Secret, StoreConfig};
use vzaemo_storage::{Config, Postgres, Storage};
use vzaemo_web::server::{App, DEVELOPMENT, Parts};

/// The client id by which the platform is known to the embedded identity provider.
const DEVELOPMENT_CLIENT: &str = "vzaemo";
/// The id of id.gov.ua as a way to sign in, and its address.
const ID_GOV_UA: &str = "id-gov-ua";
const ID_GOV_UA_ADDRESS: &str = "https://id.gov.ua/";
/// How many years the calendar knows, from the first year of the register of holidays on.
const YEARS_AHEAD: i16 = 30;

/// A platform that is put together and serves nothing yet.
pub struct Wired {
    /// The one way into modules.
    pub service: Arc<Service>,
    /// The public address.
    pub base: Url,
    /// What the web is made of.
    pub app: Arc<App>,
    /// Modules come and go through this.
    pub lifecycle: Lifecycle,
    /// Timed work.
    pub jobs: Arc<Jobs>,
    /// For tidying up now and then.
    pub storage: Storage,
    /// Files beside documents, for sweeping.
    pub files: Files,
    /// Has them scanned, if the configuration wants it.
    pub scanner: Option<Scanner>,
    /// Sends notices by e-mail, if the configuration names a server.
    pub mailer: Option<Mailer>,
    /// Sessions, for sweeping.
    pub identity: Identity,
    /// Claims and delegations, for looking after what is due.
    pub representation: Arc<Representation>,
    /// How much anybody may ask for.
    pub limits: Arc<Limits>,
    /// Security events, lock-outs, block lists, alerts.
    pub protection: Arc<Protection>,
    /// What of the security store has had its time, and when.
    pub security_expiries: Vec<Expiry>,
    /// Checkpoints of the audit log.
    pub checkpoints: Checkpoints,
    /// How often one is made.
    pub checkpoint_every: Duration,
    /// For how many days the journal is kept, if there is a term.
    pub journal_days: Option<u32>,
    /// Whether it is a development platform.
    pub development: bool,
}

/// Problems of a configuration, a line each.
pub fn joined(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The configuration, with what the command line says instead.
pub fn configuration(path: &Path, data: Option<PathBuf>, port: Option<u16>) -> anyhow::Result<Configuration> {
    let mut configuration = Configuration::read(path)
        .map_err(|problems| anyhow!("read the configuration:\n{}", joined(&problems)))?;
    if let Some(data) = data {
        configuration.folders.data = data;
    }
    if let (Some(port), Mode::Development) = (port, configuration.platform.mode) {
        let moved = configuration.platform.base_url.set_port(Some(port));
        moved.map_err(|()| anyhow!("put port {port} into the platform's address"))?;
    }
    Ok(configuration)
}

/// The engine of the configuration, with its cache of compiled modules in the data folder.
pub fn engine(configuration: &Configuration) -> anyhow::Result<Engine> {
    let runtime = &configuration.runtime;
    let config = EngineConfig {
        concurrency: runtime.concurrency,
        memory_mib: runtime.memory_mib,
        call_ms: runtime.call_ms,
        cpu_ms: runtime.cpu_ms,
        wait_ms: runtime.wait_ms,
        cache: Some(configuration.folders.data.join("compiled")),
        ..EngineConfig::default()
    };
    Engine::new(config).context("set up the engine for modules")
}

/// The key that signs the checkpoints of the audit log: of the platform's secret, for the log's name.
pub fn checkpoint_key(
    configuration: &Configuration,
    secret: &PlatformSecret,
) -> anyhow::Result<CheckpointKey> {
    CheckpointKey::new(&configuration.audit_origin(), secret.signing_seed("audit checkpoints"))
        .context("make the key of the audit log's checkpoints")
}

/// Opens everything that the configuration names and wires it.
pub async fn wire(path: PathBuf, configuration: Configuration) -> anyhow::Result<Wired> {
    let data = &configuration.folders.data;
    std::fs::create_dir_all(data).with_context(|| format!("make the data folder {}", data.display()))?;
    let storage = open_storage(&configuration).await?;
    let configuration = vzaemo_lifecycle::approved_configuration(&storage, &path, configuration)
        .await
        .context("read the configuration that the holders approved")?;
    let data = &configuration.folders.data;
    let development = configuration.platform.mode == Mode::Development;
    let (legal, security) = clocks(&storage, development).await?;
    let secret = secret::load_or_make(data)?;
    let identity = Identity::open(
        storage.clone(),
        secret.clone(),
        legal.clone(),
        security.clone(),
        session_limits(&configuration),
    )
    .await
    .context("open the records of persons")?;
    let base = configuration.platform.base_url.clone();
    let provider = development_provider(&configuration, &base, &identity, &secret, &security).await?;
    let providers = providers(&configuration, &base, provider.as_ref(), &security)?;
    let sign_in = SignIn::new(providers, &secret, security.clone());
    let qualified = crate::qualified::qualified(&configuration, &base, &secret, &security)?;
    let (files, scanner) = open_files(&configuration, &storage).await?;
    let zone = Zone::named(&configuration.platform.time_zone).context("find the time zone")?;
    let mail = mail(&configuration)?;
    let mailer = mail
        .as_ref()
        .map(|config| Mailer::new(config, storage.clone(), legal.clone(), security.clone(), zone.clone()));
    let mailer = mailer.transpose().context("set up the sending of letters")?;
    let checkpoints = Checkpoints::new(storage.clone(), checkpoint_key(&configuration, &secret)?);
    let checkpoint_every = Duration::from_mins(configuration.audit.checkpoint_minutes.into());
    let platform = Platform {
        storage: storage.clone(),
        files: files.clone(),
        legal,
        security,
        zone,
        calendar: calendar(&configuration)?,
        bodies: bodies(&configuration)?,
        aliases: Arc::clone(&identity.aliases),
        grants: Arc::clone(&identity.grants),
        rules: Arc::clone(&identity.rules),
    };
    let platform = Arc::new(platform);
    let representation = Arc::new(Representation::new(
        Arc::clone(&platform),
        Arc::clone(&identity.persons),
        Arc::clone(&identity.sessions),
        register(&configuration)?,
    ));
    let service = Arc::new(Service::new(platform));
    let jobs = Arc::new(Jobs::new(Arc::clone(&service)));
    let protection = Arc::new(protection::protection(&configuration, &storage, mail.as_ref(), &secret)?);
    let security_expiries = protection::expiries(&configuration);
    let limits = Arc::new(protection::limits(&configuration)?);
    let trusted_proxies =
        TrustedProxies::new(configuration.server.trusted_proxies.iter().map(|network| network.net()));
    let name = configuration.platform.name.clone();
    let remember = u64::from(configuration.pages.remember_mib) << 20;
    let largest_body = usize::try_from(configuration.requests.body_kib).unwrap_or(1024) << 10;
    let engine = engine(&configuration)?;
    let correction_term = configuration.personal_data.correction.clone();
    let journal_days = configuration.audit.journal_days;
    let lifecycle = Lifecycle::new(path, configuration, Arc::clone(&service), engine);
    let app = App::new(Parts {
        service: Arc::clone(&service),
        persons: Arc::clone(&identity.persons),
        sessions: Arc::clone(&identity.sessions),
        representation: Arc::clone(&representation),
        sign_in,
        qualified,
        development: provider,
        name,
        limits: Arc::clone(&limits),
        trusted_proxies,
        protection: Arc::clone(&protection),
        checkpoints: checkpoints.clone(),
        wake_jobs: jobs.waker(),
        base: base.clone(),
        largest_body,
        remember,
        sends_mail: mailer.is_some(),
        correction_term,
    });
    Ok(Wired {
        service,
        base,
        app: Arc::new(app),
        lifecycle,
        jobs,
        storage,
        files,
        scanner,
        mailer,
        identity,
        representation,
        limits,
        protection,
        security_expiries,
        checkpoints,
        checkpoint_every,
        journal_days,
        development,
    })
}

/// Where the configuration says that the storage is.
pub fn storage_config(configuration: &Configuration) -> anyhow::Result<Config> {
    let wanted = &configuration.storage;
    let mut config = Config::new(&configuration.folders.data);
    config.readers = wanted.readers;
    config.queue_len = wanted.queue;
    config.batch_max = wanted.batch;
    config.busy_timeout = Duration::from_secs(10);
    if let Some(url) = &wanted.url {
        let mut database = Postgres::at(url);
        if let Some(path) = &wanted.password_file {
            let password =
                std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
            database.password = Some(password.trim_end_matches(['\r', '\n']).to_owned());
        }
        config.postgres = Some(database);
    }
    Ok(config)
}

async fn open_storage(configuration: &Configuration) -> anyhow::Result<Storage> {
    let storage = Storage::open(storage_config(configuration)?).await.context("open the storage")?;
    vzaemo_audit::declare(&storage).await.context("declare the audit log's records")?;
    for (namespace, collections) in [
        (vzaemo_search::NAMESPACE, vzaemo_search::collections()),
        (vzaemo_cabinet::NAMESPACE, vzaemo_cabinet::collections()),
        (vzaemo_protection::NAMESPACE, vzaemo_protection::collections()),
        (vzaemo_service::work::NAMESPACE, vzaemo_service::work::collections()),
        (vzaemo_web::server::NAMESPACE, vzaemo_web::server::collections()),
        (vzaemo_lifecycle::NAMESPACE, vzaemo_lifecycle::own_collections()),
    ] {
        storage
            .declare(namespace, &collections)
            .await
            .with_context(|| format!("declare the records of {namespace}"))?;
    }
    Ok(storage)
}

/// Where the configuration says that files are.
pub fn files_config(configuration: &Configuration) -> anyhow::Result<FilesConfig> {
    let wanted = &configuration.files;
    let store = match wanted.store {
        FileStore::File => StoreConfig::Local,
        FileStore::S3 => StoreConfig::S3 {
            bucket: wanted.bucket.clone().context("find the bucket of files")?,
            endpoint: wanted.endpoint.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
            region: wanted.region.clone(),
            access_key: key(wanted.access_key_file.as_deref(), "AWS_ACCESS_KEY_ID")?,
            secret_key: key(wanted.secret_key_file.as_deref(), "AWS_SECRET_ACCESS_KEY")?,
        },
    };
    Ok(FilesConfig {
        store,
        largest: u64::from(wanted.largest_mib) << 20,
        grace: Duration::from_hours(wanted.grace_hours.into()),
        scanned: wanted.scan.is_some(),
        ..FilesConfig::new(configuration.folders.data.join("files"))
    })
}

/// Files beside documents, and who scans them.
async fn open_files(
    configuration: &Configuration,
    storage: &Storage,
) -> anyhow::Result<(Files, Option<Scanner>)> {
    let files = Files::open(files_config(configuration)?, storage.clone()).await.context("open the files")?;
    let address =
        configuration.files.scan.as_ref().map(|scan| scan.clamd.parse::<ClamdAddress>()).transpose()?;
    let scanner = address.map(|address| Scanner::new(files.clone(), address));
    Ok((files, scanner))
}

/// A secret: from its file, else from the environment.
fn key(file: Option<&Path>, variable: &str) -> anyhow::Result<Secret> {
    let text = match file {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?,
        None => std::env::var(variable).with_context(|| format!("find {variable} in the environment"))?,
    };
    Ok(Secret(text.trim().to_owned()))
}

/// The state register of legal entities, if it is connected.
fn register(configuration: &Configuration) -> anyhow::Result<Option<Register>> {
    let Some(wanted) = &configuration.registers.edr else { return Ok(None) };
    let token = key(wanted.token_file.as_deref(), "VZAEMO_EDR_TOKEN")?;
    let edr = Edr::new(&EdrConfig::new(wanted.url.clone(), &token.0))
        .context("set up the connection to the register of legal entities")?;
    Ok(Some(Register { entities: Arc::new(edr), heads_by_name: wanted.heads_by_name }))
}

/// How letters are sent, if they are.
fn mail(configuration: &Configuration) -> anyhow::Result<Option<MailConfig>> {
    let Some(wanted) = &configuration.mail else { return Ok(None) };
    let read = |path: &Path| std::fs::read(path).with_context(|| format!("read {}", path.display()));
    let password = || key(wanted.password_file.as_deref(), "VZAEMO_MAIL_PASSWORD");
    let credentials = match &wanted.user {
        Some(user) => Some((user.clone(), password()?.0)),
        None => None,
    };
    let name = &configuration.platform.name;
    Ok(Some(MailConfig {
        server: wanted.server.clone(),
        port: wanted.port(),
        tls: match wanted.tls {
            MailTls::Implicit => Tls::Implicit,
            MailTls::Starttls => Tls::StartTls,
            MailTls::None => Tls::None,
        },
        authority: wanted.authority_file.as_deref().map(read).transpose()?,
        credentials,
        sender: wanted.sender.clone(),
        platform: vzaemo_cabinet::Text { uk: name.uk.clone(), en: name.en.clone() },
        base: configuration.platform.base_url.clone(),
    }))
}

/// The clocks. In development the legal clock goes on from where it was moved to.
async fn clocks(storage: &Storage, development: bool) -> anyhow::Result<(LegalClock, SecurityClock)> {
    let security = SecurityClock::real();
    if !development {
        return Ok((LegalClock::real(), security));
    }
    let offset =
        vzaemo_web::server::kept_offset(storage).await.context("read how far the clock was moved")?;
    Ok((LegalClock::development(offset.unwrap_or(SignedDuration::ZERO)), security))
}

fn calendar(configuration: &Configuration) -> anyhow::Result<vzaemo_clock::Calendar> {
    let holidays = match &configuration.registers.holidays {
        None => Holidays::ukraine(),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
            Holidays::read(&text)
        }
    };
    let holidays = holidays.context("read the register of holidays")?;
    let first = holidays.known_from().year();
    let last = SecurityClock::real().now().timestamp().to_zoned(jiff::tz::TimeZone::UTC).year() + YEARS_AHEAD;
    holidays.calendar(first..=last).context("make the calendar")
}

fn bodies(configuration: &Configuration) -> anyhow::Result<Bodies> {
    let (bodies, warnings) = match &configuration.registers.bodies {
        None => Bodies::sample(),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
            Bodies::read(&text)
        }
    }
    .context("read the register of bodies")?;
    for warning in warnings {
        tracing::warn!(%warning, "the register of bodies");
    }
    Ok(bodies)
}

fn session_limits(configuration: &Configuration) -> SessionLimits {
    let minutes = |minutes: u32| SignedDuration::from_mins(minutes.into());
    let idle = minutes(configuration.sessions.idle_minutes);
    let usual = SessionLimits::default();
    SessionLimits {
        idle,
        absolute: minutes(configuration.sessions.absolute_minutes),
        // Written often enough that another node, which knows only what is written, ends no session in use.
        write_use: usual.write_use.min(idle / 4),
    }
}

/// The embedded identity provider with its test persons, in development mode.
async fn development_provider(
    configuration: &Configuration,
    base: &Url,
    identity: &Identity,
    secret: &PlatformSecret,
    security: &SecurityClock,
) -> anyhow::Result<Option<Arc<DevProvider>>> {
    let Some(wanted) = &configuration.identity.development else { return Ok(None) };
    let issuer = base.join("/dev/id").context("make the address of the identity provider")?;
    let client = DevClient {
        id: DEVELOPMENT_CLIENT.to_owned(),
        secret: DevClient::secret_of(secret),
        redirects: vec![base.join(&format!("/sign-in/return/{DEVELOPMENT}"))?],
        after_sign_out: vec![base.clone()],
        name: configuration.platform.name.uk.clone(),
    };
    let seed = wanted.seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        // FNV-1a: any text will do as a seed, and the same text gives the same persons.
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let provider =
        DevProvider::new(&issuer, seed, client, secret, security.clone()).context("make the test persons")?;
    identity
        .seed_dev_persons(provider.persons(), issuer.as_str(), DEVELOPMENT)
        .await
        .context("give the test persons their roles")?;
    Ok(Some(Arc::new(provider)))
}

fn providers(
    configuration: &Configuration,
    base: &Url,
    development: Option<&Arc<DevProvider>>,
    security: &SecurityClock,
) -> anyhow::Result<Vec<IdentityProvider>> {
    // Each provider has an address of return of its own, so that none can answer for another.
    let back = |id: &str| base.join(&format!("/sign-in/return/{id}"));
    let mut providers: Vec<IdentityProvider> = Vec::new();
    if let Some(provider) = development {
        let client = provider.client();
        let config = ProviderConfig::new(
            DEVELOPMENT,
            provider.issuer().clone(),
            &client.id,
            &client.secret,
            back(DEVELOPMENT)?,
        );
        providers
            .push(Provider::new(config, Transport::Embedded(Arc::clone(provider)), security.clone()).into());
    }
    for (id, wanted) in &configuration.identity.providers {
        let path = &wanted.client_secret_file;
        let secret = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        let mut config =
            ProviderConfig::new(id, wanted.issuer.clone(), &wanted.client_id, secret.trim(), back(id)?);
        config.name = (wanted.name.uk.clone(), wanted.name.en.clone());
        if !wanted.assurance.is_empty() {
            config.assurance.clone_from(&wanted.assurance);
        }
        config.assurance_otherwise = wanted.assurance_otherwise;
        if !wanted.scopes.is_empty() {
            config.scopes.clone_from(&wanted.scopes);
        }
        config.single_sign_on = wanted.single_sign_on;
        config.clock_skew = SignedDuration::from_secs(wanted.clock_skew_seconds.into());
        let transport = Transport::network().context("set up the connection to identity providers")?;
        providers.push(Provider::new(config, transport, security.clone()).into());
    }
    if let Some(wanted) = &configuration.identity.id_gov_ua {
        providers.push(id_gov_ua(wanted, back(ID_GOV_UA)?)?.into());
    }
    Ok(providers)
}

/// id.gov.ua. To open sealed answers takes a key-keeping device or library of the holder's, behind a program.
fn id_gov_ua(wanted: &configuration::IdGovUa, redirect: Url) -> anyhow::Result<IdGovUa> {
    let path = &wanted.client_secret_file;
    let secret = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    let address = match &wanted.address {
        Some(address) => address.clone(),
        None => Url::parse(ID_GOV_UA_ADDRESS).context("read the address of id.gov.ua")?,
    };
    let config = IdGovUaConfig {
        id: ID_GOV_UA.to_owned(),
        address,
        client_id: wanted.client_id.clone(),
        client_secret: secret.trim().to_owned(),
        redirect,
        name: (wanted.name.uk.clone(), wanted.name.en.clone()),
        auth_types: wanted.auth_types.iter().map(|one| auth_type(*one)).collect(),
        assurance: wanted.assurance,
        assurance_by_device: wanted.assurance_by_device,
    };
    let transport = Transport::network().context("set up the connection to id.gov.ua")?;
    let service = IdGovUa::new(config, transport);
    let Some(decryptor) = &wanted.decryptor else { return Ok(service) };
    let path = &decryptor.certificate_file;
    let certificate = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let mut command = decryptor.command.iter().map(Into::into);
    let program = command.next().context("read identity.id-gov-ua.decryptor.command: it is empty")?;
    let decryptor = DecryptProgram::new(&certificate, program, command.collect());
    Ok(service.sealed_for(Arc::new(decryptor)))
}

fn auth_type(wanted: configuration::AuthType) -> AuthType {
    match wanted {
        configuration::AuthType::DigSign => AuthType::DigSign,
        configuration::AuthType::BankId => AuthType::BankId,
        configuration::AuthType::MobileId => AuthType::MobileId,
        configuration::AuthType::DiiaId => AuthType::DiiaId,
    }
}
