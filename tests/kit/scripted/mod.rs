//! A server that follows a script of faults.

mod behaviour;
mod request;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use backendless::{Client, ClientBuilder, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

pub use behaviour::Behaviour;
use behaviour::{Part, Step, Then};

use crate::{API_KEY, APP_ID, AddressForm, RecordedRequest};

/// A server that follows a script, with one [`Behaviour`] for each request, and records the requests.
///
/// It closes a connection after its response, so every request has its own connection, unless the
/// behaviour is [kept open](Behaviour::kept_open).
pub struct ScriptedServer {
    url: String,
    state: Arc<Mutex<State>>,
    /// A socket that reserves the port without listening.
    _reserved: Option<TcpSocket>,
}

#[derive(Default)]
struct State {
    /// The remaining behaviours. The last one is repeated.
    script: VecDeque<Behaviour>,
    requests: Vec<RecordedRequest>,
    connections: usize,
}

impl ScriptedServer {
    /// Starts a server with the same behaviour for every request.
    pub async fn always(behaviour: Behaviour) -> Self {
        Self::start([behaviour]).await
    }

    /// Starts a server that follows `script`, and then repeats its last behaviour.
    ///
    /// # Panics
    ///
    /// If the script is empty.
    pub async fn start(script: impl IntoIterator<Item = Behaviour>) -> Self {
        let script: VecDeque<_> = script.into_iter().collect();
        assert!(!script.is_empty(), "the script is empty");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let state = Arc::new(Mutex::new(State {
            script,
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                lock(&state).connections += 1;
                // An error means that the client closed this connection.
                tokio::spawn(async move { serve(stream, &state).await });
            }
        });
        Self {
            url: format!("http://{address}"),
            state,
            _reserved: None,
        }
    }

    /// A port that refuses every connection as long as this value lives.
    pub fn refusing_connections() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        socket.bind(any_port).expect("a free port");
        let address = socket.local_addr().expect("the socket is bound");
        Self {
            url: format!("http://{address}"),
            state: Arc::default(),
            _reserved: Some(socket),
        }
    }

    /// The origin of this server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All complete requests so far.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.state).requests.clone()
    }

    /// The number of connections so far.
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    /// An anonymous client of this server, without retries.
    pub fn client(&self) -> Client {
        let client = self.client_builder().retry(RetryPolicy::none()).build();
        client.expect("the settings are valid")
    }

    /// The builder of an anonymous client of this server.
    pub fn client_builder(&self) -> ClientBuilder {
        self.client_builder_of(AddressForm::Keys)
    }

    /// The builder of an anonymous client of this server with an address of this form.
    pub fn client_builder_of(&self, address: AddressForm) -> ClientBuilder {
        address.client_builder(self.url(), APP_ID, API_KEY)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn next(&mut self) -> Option<Behaviour> {
        match self.script.len() {
            0 | 1 => self.script.front().cloned(),
            _ => self.script.pop_front(),
        }
    }

    /// Whether the next behaviour is a reset on accept. Removes it from the script if so.
    fn resets_on_accept(&mut self) -> bool {
        let resets = |behaviour: &Behaviour| matches!(behaviour.0, Step::ResetOnAccept);
        let is_next = self.script.front().is_some_and(resets);
        if is_next {
            self.next();
        }
        is_next
    }
}

async fn serve(stream: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    if lock(state).resets_on_accept() {
        return stream.set_zero_linger();
    }
    let mut stream = BufReader::new(stream);
    while let Some(request) = request::read(&mut stream).await? {
        let behaviour = {
            let mut state = lock(state);
            state.requests.push(request);
            state.next()
        };
        let Some(Behaviour(Step::Response(response))) = behaviour else {
            return stream.get_ref().set_zero_linger();
        };
        write(&mut stream, &response.head).await?;
        write(&mut stream, &response.body).await?;
        match response.then {
            Then::Keep => {}
            Then::Close => return Ok(()),
            Then::Reset => return stream.get_ref().set_zero_linger(),
            // Completes when the client closes the connection.
            Then::Stall => return stream.read_to_end(&mut Vec::new()).await.map(drop),
        }
    }
    Ok(())
}

async fn write(stream: &mut BufReader<TcpStream>, part: &Part) -> io::Result<()> {
    let Some(pause) = part.pause else {
        return stream.write_all(&part.bytes).await;
    };
    for byte in &part.bytes {
        tokio::time::sleep(pause).await;
        stream.write_all(&[*byte]).await?;
    }
    Ok(())
}
