//! A server that does to each connection what a script says, which is seldom what HTTP asks for.

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

use crate::{API_KEY, APP_ID, Recorded};

/// A server that follows a script, with one [`Behaviour`] for each request, and keeps what it is
/// sent.
///
/// It closes a connection behind its answer, so that every request comes over one of its own,
/// unless the behaviour [keeps](Behaviour::kept_open) it.
pub struct ScriptedServer {
    url: String,
    state: Arc<Mutex<State>>,
    /// A socket that keeps the port for this server, and does not listen.
    _deaf: Option<TcpSocket>,
}

#[derive(Default)]
struct State {
    /// What is still to be done; the last stays.
    script: VecDeque<Behaviour>,
    requests: Vec<Recorded>,
    connections: usize,
}

impl ScriptedServer {
    /// Starts a server that does the same to every request.
    pub async fn always(behaviour: Behaviour) -> Self {
        Self::start([behaviour]).await
    }

    /// Starts a server that does one thing of `script` after the other, and the last for ever.
    ///
    /// # Panics
    ///
    /// If the script is empty.
    pub async fn start(script: impl IntoIterator<Item = Behaviour>) -> Self {
        let script: VecDeque<_> = script.into_iter().collect();
        assert!(!script.is_empty(), "a script says something");
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
                // An error is the client's end of the connection, and ends only this one.
                tokio::spawn(async move { serve(stream, &state).await });
            }
        });
        Self {
            url: format!("http://{address}"),
            state,
            _deaf: None,
        }
    }

    /// A server that is not there: every connection is refused, as long as this value lives.
    pub fn refusing() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        socket.bind(any_port).expect("a free port");
        let address = socket.local_addr().expect("the socket is bound");
        Self {
            url: format!("http://{address}"),
            state: Arc::default(),
            _deaf: Some(socket),
        }
    }

    /// The origin of this server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All requests so far that came whole.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.state).requests.clone()
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    /// A client of this server, as nobody, that makes every call once.
    pub fn client(&self) -> Client {
        let client = self.client_builder().retry(RetryPolicy::none()).build();
        client.expect("the settings are those of this kit")
    }

    /// A client of this server, with settings to come.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(APP_ID, API_KEY).api_url(self.url())
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

    /// Whether the next connection is not even listened to; if so, that was done.
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
        let Some(Behaviour(Step::Answer(answer))) = behaviour else {
            return stream.get_ref().set_zero_linger();
        };
        write(&mut stream, &answer.head).await?;
        write(&mut stream, &answer.body).await?;
        match answer.then {
            Then::Keep => {}
            Then::Close => return Ok(()),
            Then::Reset => return stream.get_ref().set_zero_linger(),
            // Ends with the client's side of the connection.
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
