//! Who may speak to the server: which `Host`, which `Origin`, which token.
//!
//! Another page in the same browser can reach 127.0.0.1 too. By a name of its own that resolves to it (DNS rebinding) it
//! fails at `Host`; by our address it fails at `Origin`; a program without either has no token.

use super::ServeError;

const TOKEN_BYTES: usize = 16;

#[derive(Clone, Debug)]
pub struct Guard {
    /// Lower case, with the port as a browser writes it.
    hosts: Vec<String>,
    token: String,
}

impl Guard {
    /// With a token of its own, or a new one.
    pub fn new(port: u16, allow_hosts: &[String], token: Option<&str>) -> Result<Self, ServeError> {
        let own = ["127.0.0.1", "localhost", "[::1]"].into_iter();
        let mut hosts: Vec<String> = own.clone().map(|name| format!("{name}:{port}")).collect();
        if port == 80 {
            hosts.extend(own.map(str::to_owned));
        }
        for host in allow_hosts {
            hosts.push(checked_host(host)?);
        }
        let token = token.map_or_else(random_token, checked_token)?;
        Ok(Self { hosts, token })
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn admits_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }

    /// An origin is admitted by its host; a proxy in front may speak TLS.
    pub fn admits_origin(&self, origin: &str) -> bool {
        let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        host.is_some_and(|host| self.admits_host(host))
    }

    /// Takes the same time wherever the first difference is.
    pub fn admits_token(&self, token: &str) -> bool {
        let (known, given) = (self.token.as_bytes(), token.as_bytes());
        let difference = known.iter().zip(given).fold(0, |sum, (a, b)| sum | (a ^ b));
        known.len() == given.len() && std::hint::black_box(difference) == 0
    }
}

fn checked_host(host: &str) -> Result<String, ServeError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    if host.is_empty() || !host.chars().all(allowed) {
        return Err(ServeError::AllowHost(host.to_owned()));
    }
    Ok(host.to_ascii_lowercase())
}

/// Of another form than those that are made here the page could not ask for it.
fn checked_token(token: &str) -> Result<String, ServeError> {
    let is_hex = token.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if token.len() >= 2 * TOKEN_BYTES && is_hex { Ok(token.to_owned()) } else { Err(ServeError::Token) }
}

fn random_token() -> Result<String, ServeError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(ServeError::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        let allow = ["Hub.example.org".to_owned(), "localhost:8000".to_owned()];
        Guard::new(9000, &allow, None).expect("the hosts are well formed")
    }

    #[track_caller]
    fn check_host(host: &str, expect: bool) {
        assert_eq!(guard().admits_host(host), expect, "{host:?}");
    }

    #[track_caller]
    fn check_origin(origin: &str, expect: bool) {
        assert_eq!(guard().admits_origin(origin), expect, "{origin:?}");
    }

    #[test]
    fn only_loopback_at_this_port_and_allowed_hosts() {
        check_host("127.0.0.1:9000", true);
        check_host("localhost:9000", true);
        check_host("LOCALHOST:9000", true);
        check_host("[::1]:9000", true);
        check_host("hub.example.org", true);
        check_host("localhost:8000", true);
        check_host("", false);
        check_host("127.0.0.1", false);
        check_host("127.0.0.1:9001", false);
        check_host("hub.example.org:9000", false);
        check_host("evil.example:9000", false);
        check_host("127.0.0.1:9000.evil.example", false);
        check_host("evil.example/127.0.0.1:9000", false);
    }

    #[test]
    fn origins_are_judged_by_their_host() {
        check_origin("http://127.0.0.1:9000", true);
        check_origin("https://hub.example.org", true);
        check_origin("http://127.0.0.1:9001", false);
        check_origin("http://evil.example", false);
        check_origin("http://127.0.0.1:9000@evil.example", false);
        check_origin("file://127.0.0.1:9000", false);
        check_origin("null", false);
        check_origin("", false);
    }

    #[test]
    fn tokens_are_long_and_new_each_time() {
        assert_eq!(guard().token().len(), 32);
        assert_ne!(guard().token(), guard().token());
    }

    #[test]
    fn only_the_whole_token_will_do() {
        let guard = guard();
        let token = guard.token();
        assert!(guard.admits_token(token));
        assert!(!guard.admits_token(""));
        assert!(!guard.admits_token(&token[1..]));
        assert!(!guard.admits_token(&format!("{token}0")));
        assert!(!guard.admits_token(&"0".repeat(32)));
    }

    #[test]
    fn a_host_is_not_a_url() {
        assert!(Guard::new(1, &["http://hub.example.org".to_owned()], None).is_err());
        assert!(Guard::new(1, &[String::new()], None).is_err());
    }

    #[test]
    fn a_given_token_is_as_long_as_one_that_is_made() {
        let token = "0123456789abcdef0123456789abcdef";
        assert!(Guard::new(1, &[], Some(token)).unwrap().admits_token(token));
        for weak in ["", "0123456789abcdef", "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcde&"] {
            assert!(Guard::new(1, &[], Some(weak)).is_err(), "{weak}");
        }
    }
}
