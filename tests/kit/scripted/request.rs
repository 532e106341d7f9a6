//! Reads a complete request from a connection.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

use crate::RecordedRequest;

/// The next request, or `None` if the client closed the connection.
pub(super) async fn read(
    stream: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Option<RecordedRequest>> {
    let first = line(stream).await?;
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut request = RecordedRequest::new(method, target, headers(stream).await?);
    let body = if request.header("transfer-encoding") == Some("chunked") {
        chunks(stream).await?
    } else {
        let length = request.header("content-length").map(str::parse);
        exactly(stream, length.transpose().map_err(invalid)?.unwrap_or(0)).await?
    };
    request.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(request))
}

async fn headers(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = line(stream).await?;
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None => return Ok(headers),
        }
    }
}

async fn chunks(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(stream).await?;
        let size = size.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16).map_err(invalid)?;
        if size == 0 {
            // The trailers, up to the empty line.
            headers(stream).await?;
            return Ok(body);
        }
        body.extend(exactly(stream, size).await?);
        line(stream).await?;
    }
}

async fn exactly(stream: &mut (impl AsyncBufRead + Unpin), length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(length as u64).read_to_end(&mut bytes).await?;
    match bytes.len() == length {
        true => Ok(bytes),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// The next line without its end; an empty one at the end of the stream.
async fn line(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<String> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line).await?;
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn invalid(error: std::num::ParseIntError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
