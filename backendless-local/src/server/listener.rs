//! The socket of a server.

use std::net::{SocketAddr, TcpListener};

use crate::error::Error;

/// Binds an address. Returns the listener and its address, which has a port if `address` has none.
pub(super) fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let bind = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    bind().map_err(|error: std::io::Error| {
        let remedy = listen_remedy(error.kind());
        Error::new(format!("cannot listen on {address}: {error}{remedy}"))
    })
}

/// Returns what to do about an address that cannot be used, to be appended to a message.
fn listen_remedy(error: std::io::ErrorKind) -> &'static str {
    match error {
        std::io::ErrorKind::AddrInUse => {
            "; stop the program that uses the port, or choose another port (0 is any free port)"
        }
        std::io::ErrorKind::PermissionDenied => "; choose a port above 1023 (0 is any free port)",
        std::io::ErrorKind::AddrNotAvailable => "; choose an address of this machine",
        _ => "",
    }
}
