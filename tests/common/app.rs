//! A GitHub App that exists in tests and benches only.
#![allow(dead_code)]

use kepherd::sandbox::App;
use rustls_pki_types::PrivatePkcs1KeyDer;
use rustls_pki_types::pem::PemObject as _;

/// The private key of an App that exists in these tests only.
pub const APP_KEY: &str = include_str!("app-key.pem");

/// The App that it belongs to, as a sandbox knows it.
pub fn app(token_lifetime: i64) -> App {
    let der = PrivatePkcs1KeyDer::from_pem_slice(APP_KEY.as_bytes()).unwrap();
    let key = ring::signature::RsaKeyPair::from_der(der.secret_pkcs1_der()).unwrap();
    App {
        id: 1234,
        slug: "kepherd-app".to_owned(),
        public_key: Some(key.public().as_ref().to_vec()),
        token_lifetime,
        issues: "write".to_owned(),
    }
}
