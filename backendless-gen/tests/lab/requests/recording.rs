//! A server that records the requests that it receives.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

/// The method that ends the recording.
const END: &str = "END";

/// A request as it was received.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) target: String,
    /// The names are in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Recording {
    pub(crate) address: String,
    server: JoinHandle<BTreeMap<usize, Received>>,
}

impl Recording {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = thread::spawn(move || {
            let mut recorded = BTreeMap::new();
            for stream in listener.incoming() {
                let received = receive(stream.unwrap());
                if received.method == END {
                    break;
                }
                let call = received.headers.iter().find(|(name, _)| name == "lab-call");
                let call = call.unwrap().1.parse().unwrap();
                recorded.insert(call, received);
            }
            recorded
        });
        Self { address, server }
    }

    /// The requests by the numbers of the calls.
    pub(crate) fn finish(self) -> BTreeMap<usize, Received> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{END} / HTTP/1.1\r\n\r\n").unwrap();
        self.server.join().unwrap()
    }
}

fn receive(stream: TcpStream) -> Received {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    let start = line();
    let mut words = start.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (method, target) = (word(), word());
    assert_eq!(word(), "HTTP/1.1", "a request line with a space: {start}");
    let mut headers = Vec::new();
    loop {
        let text = line();
        let Some((name, value)) = text.split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, length)| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    // The sender of the last request does not read the response.
    let _ = reader.get_mut().write_all(response);
    Received {
        method,
        target,
        headers,
        body,
    }
}
