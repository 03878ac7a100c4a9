//! A reader as vpcd plays one: it listens, and the card connects to it.

use crate::{PATIENCE, hex};
use rustix::net;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Instant;

/// Where cards connect to.
pub(crate) struct Reader {
    listener: TcpListener,
    pub(crate) address: String,
}

/// A card that has connected.
pub(crate) struct Connected(pub(crate) TcpStream);

/// A reader that does not listen yet: its port is nobody else's, and refuses connections.
pub(crate) struct Unborn {
    socket: OwnedFd,
    pub(crate) address: String,
}

impl Unborn {
    pub(crate) fn new() -> Self {
        let socket = net::socket(net::AddressFamily::INET, net::SocketType::STREAM, None).expect("a socket");
        net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = net::getsockname(&socket).expect("an address");
        let address = SocketAddr::try_from(address).expect("of this family").to_string();
        Self { socket, address }
    }

    pub(crate) fn listens(self) -> Reader {
        net::listen(&self.socket, 1).expect("it is bound");
        Reader::of(self.socket.into())
    }
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self::of(TcpListener::bind("127.0.0.1:0").expect("a port"))
    }

    fn of(listener: TcpListener) -> Self {
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address").to_string();
        Self { listener, address }
    }

    /// Waits for a card.
    pub(crate) fn card(&self) -> Connected {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false).expect("a socket");
                    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
                    stream.set_write_timeout(Some(PATIENCE)).expect("a socket");
                    return Connected(stream);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    assert!(Instant::now() < deadline, "no card connects");
                    std::thread::yield_now();
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

impl Connected {
    /// Sends a payload in its frame, at once.
    pub(crate) fn send(&mut self, payload: &[u8]) {
        let length = u16::try_from(payload.len()).expect("a frame carries it").to_be_bytes();
        self.send_raw(&[&length[..], payload].concat());
    }

    /// Sends bytes, whatever they are.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("the card listens");
    }

    /// The payload of the next frame.
    pub(crate) fn receive(&mut self) -> Vec<u8> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length).expect("the card answers");
        let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut payload).expect("the card answers whole");
        payload
    }

    /// Sends a payload and waits for the answer, both in hex.
    pub(crate) fn ask(&mut self, payload: &str) -> String {
        self.send(&hex(payload));
        hex::encode_upper(self.receive())
    }

    /// Everything that still comes until the card closes, in hex.
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        match self.0.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("the card does not close: {error}"),
        }
        hex::encode_upper(rest)
    }
}
