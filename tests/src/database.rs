//! Platforms on PostgreSQL.

use crate::platform::Seat;
use crate::{Packages, Person, Platform, Settings};
use vzaemo_test_postgres::{Server, shared};

/// Keys the hashes by which persons are found again, so all nodes must have the same.
const SECRET: &str = "data/platform.secret";

impl Settings {
    /// The same on a PostgreSQL schema of its own, on the server that all tests of this process share.
    #[must_use]
    pub fn on_postgres(self) -> Self {
        self.on_server(shared())
    }

    /// The same on a schema of its own on this server.
    #[must_use]
    pub fn on_server(mut self, server: &Server) -> Self {
        self.database = Some(server.schema());
        self
    }
}

impl Platform {
    /// Moves the stopped platform to PostgreSQL: copies everything, and changes the configuration.
    pub async fn move_to_postgres(&mut self) {
        let before = self.configuration();
        let to = self.folder().join("other.toml");
        self.configure(|settings| *settings = settings.clone().on_postgres());
        std::fs::write(&to, self.configuration()).expect("write the other configuration");
        self.write(&before);
        let (good, said) = self.run(&["storage", "copy", "--to", to.to_str().expect("a plain path")]).await;
        assert!(good && said.contains("both have the digest"), "{said}");
        self.write(&std::fs::read_to_string(&to).expect("read it again"));
    }

    /// Starts another node of this platform: the same database and secret, everything else of its own.
    pub async fn join(&self, settings: &Settings) -> Platform {
        self.join_at(settings, None).await
    }

    /// The same at a place that was chosen for it.
    pub(crate) async fn join_at(&self, settings: &Settings, seat: Option<Seat>) -> Platform {
        let secret = std::fs::read(self.folder().join(SECRET)).expect("read the platform's secret");
        let take = |packages: &Packages| {
            let path = packages.folder().parent().expect("it lies in the platform's folder").join(SECRET);
            std::fs::create_dir_all(path.parent().expect("it lies in the data folder"))
                .expect("make a data folder");
            std::fs::write(&path, &secret).expect("write the platform's secret");
        };
        Platform::seated(settings.clone(), seat, take).await
    }
}

impl Person {
    /// The same browser, its cookies included, at another node: browsers do not tell ports apart.
    #[must_use]
    pub fn at_node(&self, node: &Platform) -> Person {
        self.with_base(node.base()).by([node.client().clone()].into_iter())
    }
}
