//! Who speaks: the holder of a token, or a GitHub App. A secret leaves this room in the value of one header only.
//!
//! An App proves itself with a signed statement that lasts minutes, and gets a token for its installation that lasts an hour:
//! <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/about-authentication-with-a-github-app>.
//! A run may take longer, so that the token is replaced before it expires.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::budget::Spending;
use super::wire::{Call, Repeatable, Wire};
use crate::clock::later;
use crate::sync::remote::{Error, Problem};
use crate::terms::{Instant, RepositoryName};

/// A token is replaced when it has less than this left.
const FRESH: Duration = Duration::from_secs(60);

/// Who speaks.
pub struct Credentials(Kind);

enum Kind {
    Token(HeaderValue),
    App(Box<App>),
}

/// A GitHub App.
struct App {
    id: String,
    key: RsaKeyPair,
    /// The repository whose installation it speaks for.
    repository: RepositoryName,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    installation: Option<u64>,
    token: Option<Token>,
    /// What the installation may do with issues: `read`, `write`.
    issues: Option<String>,
}

struct Token {
    header: HeaderValue,
    expires: Timestamp,
}

impl State {
    /// The token, if it still lasts a while.
    fn fresh(&self, now: Timestamp) -> Option<HeaderValue> {
        let token = self.token.as_ref();
        let fresh = token.filter(|token| token.expires > later(now, FRESH))?;
        Some(fresh.header.clone())
    }
}

/// Why a secret cannot be one. It never holds the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSecret {
    /// Of a token.
    #[error("the token has a character that no token has, such as a space or a line break")]
    Token,
    /// Of an App's id.
    #[error("an App's id is its number or its client id, as its settings show it")]
    AppId,
    /// Of an App's key.
    #[error(
        "an App's private key is the text of the file that its settings offer for download, from `-----BEGIN` to the end: \
         an RSA key of 2,048 to 4,096 bits, without a password"
    )]
    AppKey,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Token(_) => "Credentials(token)",
            Kind::App(_) => "Credentials(App)",
        })
    }
}

impl Credentials {
    /// The holder of a token.
    pub fn token(token: &SecretString) -> Result<Self, NoSecret> {
        let header = bearer(token.expose_secret()).ok_or(NoSecret::Token)?;
        Ok(Self(Kind::Token(header)))
    }

    /// An App, speaking for its installation in a repository. The key is PEM, PKCS#1 or PKCS#8; `\n` may stand for a line
    /// break, as it does where variables have one line.
    pub fn app(id: &str, key: &SecretString, repository: RepositoryName) -> Result<Self, NoSecret> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if id.is_empty() || !id.bytes().all(is_plain) {
            return Err(NoSecret::AppId);
        }
        let pem = SecretString::from(key.expose_secret().replace("\\n", "\n"));
        let der = PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes());
        let key = match der.map_err(|_| NoSecret::AppKey)? {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            _ => return Err(NoSecret::AppKey),
        };
        Ok(Self(Kind::App(Box::new(App {
            id: id.to_owned(),
            key: key.map_err(|_| NoSecret::AppKey)?,
            repository,
            state: Mutex::default(),
        }))))
    }

    /// What authorizes a request now.
    pub(super) async fn current(&self, wire: &Wire) -> Result<HeaderValue, Error> {
        match &self.0 {
            Kind::Token(header) => Ok(header.clone()),
            Kind::App(app) => app.current(wire).await,
        }
    }

    /// After a refusal: whether there is another secret than this one to be had.
    pub(super) fn renew(&self, refused: &HeaderValue) -> bool {
        let Kind::App(app) = &self.0 else {
            return false;
        };
        let mut state = app.state();
        let is_old = |token: &mut Token| token.header == refused;
        state.token.take_if(is_old).is_some()
    }

    /// Whether an App's installation may write issues; `None`: that is not for the credentials to say.
    pub(super) fn may_write_issues(&self) -> Option<bool> {
        let Kind::App(app) = &self.0 else {
            return None;
        };
        let issues = app.state().issues.clone();
        issues.map(|access| matches!(access.as_str(), "write" | "admin"))
    }
}

#[derive(Deserialize)]
struct InstallationToken {
    token: SecretString,
    expires_at: Instant,
    #[serde(default)]
    permissions: Permissions,
}

#[derive(Deserialize, Default)]
struct Permissions {
    issues: Option<String>,
}

#[derive(Deserialize)]
struct Installation {
    id: u64,
}

impl App {
    async fn current(&self, wire: &Wire) -> Result<HeaderValue, Error> {
        let now = wire.throttle.now();
        if let Some(header) = self.state().fresh(now) {
            return Ok(header);
        }
        // Without a token the request that needs one is not made, so that nobody has to wonder what became of it.
        self.request_token(wire, now)
            .await
            .map_err(|error| match error.problem {
                Problem::Limited { .. } | Problem::Stopped => error,
                problem => Error {
                    problem: Problem::NoToken(problem.to_string()),
                    ..error
                },
            })
    }

    /// <https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app>
    async fn request_token(&self, wire: &Wire, now: Timestamp) -> Result<HeaderValue, Error> {
        let statement = self.statement(now)?;
        let known = self.state().installation;
        let installation = match known {
            Some(known) => known,
            None => self.find_installation(wire, &statement).await?,
        };
        let path = format!("/app/installations/{installation}/access_tokens");
        let call = Call {
            method: "POST",
            path: &path,
            body: Some(&json!({})),
            spending: Spending::Read,
            repeatable: Repeatable::Yes,
        };
        let answer = wire.send(call, &statement).await?;
        // What is wrong with such an answer is not repeated: it may be the token.
        let malformed = || Error {
            request: format!("POST {path}"),
            problem: Problem::Malformed("it is not what GitHub describes".to_owned()),
        };
        let InstallationToken {
            token,
            expires_at,
            permissions,
        } = answer.parse().map_err(|_| malformed())?;
        let header = bearer(token.expose_secret()).ok_or_else(malformed)?;
        tracing::debug!("the App's token lasts until {expires_at}");
        *self.state() = State {
            installation: Some(installation),
            issues: permissions.issues,
            token: Some(Token {
                header: header.clone(),
                expires: expires_at.0,
            }),
        };
        Ok(header)
    }

    /// <https://docs.github.com/en/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app>
    async fn find_installation(&self, wire: &Wire, statement: &HeaderValue) -> Result<u64, Error> {
        let path = format!("/repos/{}/installation", self.repository);
        let call = Call {
            method: "GET",
            path: &path,
            body: None,
            spending: Spending::Read,
            repeatable: Repeatable::Yes,
        };
        match wire.send(call, statement).await {
            Ok(answer) => Ok(answer.parse::<Installation>()?.id),
            Err(mut error) => {
                if let Problem::Refused {
                    status: 404,
                    message,
                    ..
                } = &mut error.problem
                {
                    *message = format!("{message}; is the App installed for {}?", self.repository);
                }
                Err(error)
            }
        }
    }

    /// The signed statement by which GitHub knows the App: a JSON Web Token.
    /// <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app>
    fn statement(&self, now: Timestamp) -> Result<HeaderValue, Error> {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let now = now.as_second();
        // Dated back a minute, for clocks differ; at most ten minutes are allowed.
        // An App's number is one here; its client id is a text.
        let issuer = self
            .id
            .parse::<u64>()
            .map_or_else(|_| json!(self.id), |id| json!(id));
        let claims = json!({ "iat": now - 60, "exp": now + 9 * 60, "iss": issuer });
        let head = json!({ "alg": "RS256", "typ": "JWT" });
        let text = format!("{}.{}", part(head), part(claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        let signed = self.key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            text.as_bytes(),
            &mut signature,
        );
        signed
            .ok()
            .and_then(|()| bearer(&format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))))
            .ok_or_else(|| Error {
                request: "signing in as an App".to_owned(),
                problem: Problem::NoToken("its key does not sign".to_owned()),
            })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The header's value, unless the secret has characters that none has.
fn bearer(secret: &str) -> Option<HeaderValue> {
    let is_visible = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
    let mut header = HeaderValue::from_str(&format!("Bearer {secret}"))
        .ok()
        .filter(|_| is_visible)?;
    header.set_sensitive(true);
    Some(header)
}
