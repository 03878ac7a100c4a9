//! The responder as any program reaches it: what it gives, what it refuses and in which words.

use crate::openssl::{Folder, seconds};
use crate::{noon, register, root};
use base64ct::{Base64, Encoding};
use jpki_virtual_card::authority::{Authorities, Purpose, Reach, Responder, ResponderError};
use rstest::rstest;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

fn responder() -> Responder {
    let register = register("revoked");
    let now = move || (register.clone(), noon());
    Responder::start("127.0.0.1:0", Reach::Loopback, Authorities::embedded(), now).expect("a free port")
}

/// What came back.
struct Reply {
    status: String,
    head: String,
    body: Vec<u8>,
}

/// Sends these bytes and reads to the end of the connection.
fn send(address: SocketAddr, request: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).expect("a responder");
    // A hang is a failure.
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time limit");
    stream.write_all(request).expect("it listens");
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).expect("a reply");
    let end = reply.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(reply[..end].to_vec()).expect("a head is text");
    let status = head.lines().next().expect("a line").to_owned();
    Reply { status, head, body: reply[end + 4..].to_vec() }
}

fn get(address: SocketAddr, target: &str) -> Reply {
    send(address, format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
}

/// A request about one serial number of the authentication root, made by `openssl` with a nonce.
fn request(folder: &Folder, serial: &str) -> Vec<u8> {
    let root = folder.root(Purpose::UserAuthentication);
    let made = ["ocsp", "-issuer", &root, "-serial", serial, "-reqout", "request.der"];
    assert!(folder.openssl(&made).well);
    std::fs::read(folder.path().join("request.der")).expect("a request")
}

#[rstest]
#[case::as_it_is(|base64: String| base64)]
#[case::escaped(|base64: String| base64.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D"))]
fn a_request_in_the_path_is_answered(#[case] written: fn(String) -> String) {
    let (folder, responder) = (Folder::new(), responder());
    // Serial numbers until the three special characters of base64 have all been seen.
    let mut seen = [false; 3];
    for serial in 0..64 {
        let request = request(&folder, &format!("0x2A7E{serial:02X}"));
        let base64 = Base64::encode_string(&request);
        let special = ['+', '/', '='].map(|special| base64.contains(special));
        let reply = get(responder.address(), &format!("/{}", written(base64)));
        assert_eq!(reply.status, "HTTP/1.1 200 OK");
        assert!(reply.head.contains("Content-Type: application/ocsp-response"), "{}", reply.head);
        folder.put("answer.der", &reply.body);
        let (root, at) = (folder.root(Purpose::UserAuthentication), seconds(noon()));
        // With the request `openssl` compares the nonces.
        let said = folder.openssl(&[
            "ocsp",
            "-respin",
            "answer.der",
            "-reqin",
            "request.der",
            "-CAfile",
            &root,
            "-attime",
            &at,
        ]);
        assert!(said.has("Response verify OK") && !said.words.contains("onc"), "{said:?}");
        seen = std::array::from_fn(|index| seen[index] || special[index]);
        if seen == [true; 3] {
            return;
        }
    }
    panic!("no request with all of + / = among 64");
}

#[rstest]
#[case::auth(Purpose::UserAuthentication)]
#[case::sign(Purpose::DigitalSignature)]
fn lists_and_roots_can_be_fetched(#[case] purpose: Purpose) {
    let (folder, responder) = (Folder::new(), responder());
    let list = get(responder.address(), &format!("/{purpose}.crl"));
    assert!(list.head.contains("Content-Type: application/pkix-crl"), "{}", list.head);
    assert_eq!(Ok(list.body), Authorities::embedded().root(purpose).list(&register("revoked"), noon()));
    let fetched = get(responder.address(), &format!("/{purpose}-ca.pem"));
    folder.put("fetched.pem", &fetched.body);
    let made = ["x509", "-in", "fetched.pem", "-outform", "DER", "-out", "fetched.der"];
    assert!(folder.openssl(&made).well);
    assert_eq!(std::fs::read(folder.path().join("fetched.der")).expect("a file"), root(purpose));
}

const POST: &str = "POST / HTTP/1.1\r\nContent-Type: application/ocsp-request\r\n";

#[rstest]
#[case::nothing_there("GET /favicon.ico HTTP/1.1\r\n\r\n", "404 Not Found", "here are: OCSP")]
#[case::base64_of_something_else("GET /aGVsbG8= HTTP/1.1\r\n\r\n", "404 Not Found", "here are: OCSP")]
#[case::half_an_escape("GET /MA% HTTP/1.1\r\n\r\n", "404 Not Found", "here are: OCSP")]
#[case::outside("GET /../auth-ca.pem HTTP/1.1\r\n\r\n", "404 Not Found", "here are: OCSP")]
#[case::other_method("DELETE /auth.crl HTTP/1.1\r\n\r\n", "405 Method Not Allowed", "here are: OCSP")]
#[case::other_type(
    "POST / HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi",
    "415 Unsupported Media Type",
    "only application/ocsp-request is answered"
)]
#[case::no_type(
    "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "415 Unsupported Media Type",
    "only application/ocsp-request is answered"
)]
#[case::no_length(&format!("{POST}\r\n"), "411 Length Required", "say with Content-Length")]
#[case::in_chunks(
    &format!("{POST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "411 Length Required",
    "say with Content-Length"
)]
#[case::too_much(&format!("{POST}Content-Length: 65537\r\n\r\n"), "413 Content Too Large", "at most 65536 bytes")]
#[case::more_than_any_memory(
    &format!("{POST}Content-Length: 9223372036854775807\r\n\r\n"),
    "413 Content Too Large",
    "at most 65536 bytes"
)]
#[case::more_than_any_number(
    &format!("{POST}Content-Length: 99999999999999999999\r\n\r\n"),
    "400 Bad Request",
    "Content-Length is one number"
)]
#[case::two_lengths(
    &format!("{POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi"),
    "400 Bad Request",
    "Content-Length is one number"
)]
#[case::no_request("hello\r\n\r\n", "400 Bad Request", "this is no request of HTTP/1.0 or HTTP/1.1")]
#[case::another_version("GET / HTTP/2\r\n\r\n", "400 Bad Request", "this is no request of HTTP/1.0")]
#[case::no_field("GET / HTTP/1.1\r\nhello\r\n\r\n", "400 Bad Request", "a name, a colon and a value")]
#[case::endless_head(
    &format!("GET /{} HTTP/1.1\r\n\r\n", "A".repeat(20_000)),
    "431 Request Header Fields Too Large",
    "at most 16384 bytes"
)]
fn what_cannot_be_answered_is_refused_in_words(
    #[case] request: &str,
    #[case] status: &str,
    #[case] words: &str,
) {
    let responder = responder();
    let reply = send(responder.address(), request.as_bytes());
    assert_eq!(reply.status, format!("HTTP/1.1 {status}"));
    let body = String::from_utf8(reply.body).expect("words");
    assert!(body.contains(words), "{body}");
    assert_eq!(reply.head.contains("Allow: GET, HEAD, POST"), status.starts_with("405"), "{}", reply.head);
    // And the next one is served.
    assert_eq!(get(responder.address(), "/auth.crl").status, "HTTP/1.1 200 OK");
}

#[test]
fn head_gets_the_head_alone() {
    let responder = responder();
    let whole = get(responder.address(), "/sign.crl");
    let head = send(responder.address(), b"HEAD /sign.crl HTTP/1.1\r\n\r\n");
    assert_eq!((head.head, head.body), (whole.head, Vec::new()));
}

#[test]
fn a_client_that_waits_for_leave_to_send_its_request_gets_it() {
    let (folder, responder) = (Folder::new(), responder());
    let body = request(&folder, "0x2A7E06");
    let mut stream = TcpStream::connect(responder.address()).expect("a responder");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time limit");
    let head = format!("{POST}Content-Length: {}\r\nExpect: 100-continue\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).expect("it listens");
    let mut leave = [0; 25];
    stream.read_exact(&mut leave).expect("leave");
    assert_eq!(&leave, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(&body).expect("it listens");
    let mut reply = String::new();
    stream.take(15).read_to_string(&mut reply).expect("a reply");
    assert_eq!(reply, "HTTP/1.1 200 OK");
}

#[test]
fn clients_that_say_nothing_keep_nobody_from_being_answered() {
    let responder = responder();
    let silent: Vec<_> = (0..40).map(|_| TcpStream::connect(responder.address()).expect("a seat")).collect();
    assert_eq!(get(responder.address(), "/auth.crl").status, "HTTP/1.1 200 OK");
    let more: Vec<_> = (0..60).map(|_| TcpStream::connect(responder.address()).expect("a queue")).collect();
    // Every seat is taken until one of them goes: who comes now is told so without having asked.
    assert_eq!(send(responder.address(), b"").status, "HTTP/1.1 503 Service Unavailable");
    drop((silent, more));
    // Leaving takes a moment.
    let served = (0..6000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        let mut stream = TcpStream::connect(responder.address()).expect("a responder");
        let asked = stream.write_all(b"GET /auth.crl HTTP/1.1\r\n\r\n");
        let mut status = [0; 12];
        asked.and_then(|()| stream.read_exact(&mut status)).is_ok() && status == *b"HTTP/1.1 200"
    });
    assert!(served, "nobody is served a minute after everybody left");
}

#[test]
fn the_address_is_free_again_when_the_responder_is_dropped() {
    let now = || (register("standard"), noon());
    // An address of this machine that no other test listens on: a port that is free again may be another's at once.
    let responder =
        Responder::start("127.0.0.3:0", Reach::Loopback, Authorities::embedded(), now).expect("a free port");
    let address = responder.address();
    assert_eq!(get(address, "/auth.crl").status, "HTTP/1.1 200 OK");
    drop(responder);
    assert!(TcpStream::connect(address).is_err());
}

#[rstest]
#[case::everywhere("0.0.0.0:0")]
#[case::everywhere_of_version_6("[::]:0")]
#[case::elsewhere("192.0.2.1:8080")]
fn an_address_that_others_reach_is_refused_unless_it_is_meant(#[case] address: &str) {
    let now = || (register("standard"), noon());
    let refused = Responder::start(address, Reach::Loopback, Authorities::embedded(), now);
    assert!(matches!(refused, Err(ResponderError::NotLoopback(_))), "{refused:?}");
}

#[test]
fn everybody_may_ask_when_that_is_meant() {
    let now = || (register("standard"), noon());
    let responder =
        Responder::start("0.0.0.0:0", Reach::Anybody, Authorities::embedded(), now).expect("a port");
    // Asked where no other test listens, as above.
    let address = SocketAddr::from(([127, 0, 0, 2], responder.address().port()));
    assert_eq!(get(address, "/auth.crl").status, "HTTP/1.1 200 OK");
    drop(responder);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let now = || (register("standard"), noon());
    let refused =
        Responder::start(&address, Reach::Loopback, Authorities::embedded(), now).expect_err("taken");
    let words = refused.to_string();
    assert!(words.starts_with(&format!("the authority cannot listen on {address}: ")), "{words}");
}
