//! Files from end to end: the client against the local server.

use std::io;
use std::path::Path;

use backendless::{ErrorCode, ErrorKind, FileInfo, Files, Registration, Upload};
use backendless_local::Server;
use futures_util::{TryStreamExt, stream};

use crate::local_data::client_of;

async fn files() -> (Server, Files) {
    let server = Server::start().await.unwrap();
    let files = client_of(&server).files();
    (server, files)
}

/// 5 MiB in which no piece is like another, so that none can be lost or change its place unseen.
fn much() -> Vec<u8> {
    (0..5 * 1024 * 1024 / 4)
        .flat_map(u32::to_be_bytes)
        .collect()
}

fn entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

async fn read(files: &Files, info: &FileInfo) -> backendless::Result<Vec<u8>> {
    Ok(files.download(info).await?.bytes().await?.to_vec())
}

#[tokio::test]
async fn a_file_is_uploaded_read_and_deleted() {
    let (server, files) = files().await;
    for path in ["a.txt", "my dir/a#b?.txt", "ünï/çø.png", "o'h+ara.txt"] {
        let info = files.upload(path, Upload::bytes(path.to_owned())).await;
        let info = info.unwrap();
        assert!(info.file_url().starts_with(&server.url()));
        assert_eq!(read(&files, &info).await.unwrap(), path.as_bytes());
        let kept = FileInfo::from_url(info.file_url());
        assert_eq!(read(&files, &kept).await.unwrap(), path.as_bytes());

        files.delete(path).await.unwrap();
        for error in [
            read(&files, &info).await.unwrap_err(),
            files.delete(path).await.unwrap_err(),
        ] {
            assert!(error.is_not_found(), "{error}");
            assert_eq!(error.code(), Some(ErrorCode::FILE_NOT_FOUND));
        }
    }
}

#[tokio::test]
async fn a_file_is_replaced_only_if_it_may_be() {
    let (_server, files) = files().await;
    let info = files.upload("a.txt", Upload::bytes("one")).await.unwrap();
    for upload in [
        files.upload("a.txt", Upload::bytes("two")),
        files.upload("a.txt", Upload::bytes("two")).overwrite(false),
    ] {
        let error = upload.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert_eq!(error.code(), Some(ErrorCode::FILE_EXISTS));
        assert_eq!(read(&files, &info).await.unwrap(), b"one");
    }
    let replacing = files.upload("a.txt", Upload::bytes("two"));
    replacing.overwrite(true).await.unwrap();
    assert_eq!(read(&files, &info).await.unwrap(), b"two");
}

#[tokio::test]
async fn a_directory_is_deleted_with_all_that_is_in_it() {
    let (_server, files) = files().await;
    let mut infos = Vec::new();
    for path in ["d/a", "d/e/b", "d/e/f/c", "da"] {
        let info = files.upload(path, Upload::bytes("")).await.unwrap();
        assert_eq!(read(&files, &info).await.unwrap(), b"");
        infos.push(info);
    }
    files.delete("d").await.unwrap();
    let stay = infos.pop().unwrap();
    for gone in infos {
        assert!(read(&files, &gone).await.unwrap_err().is_not_found());
    }
    assert_eq!(read(&files, &stay).await.unwrap(), b"");
}

#[tokio::test]
async fn a_large_file_comes_back_in_pieces_from_every_source() {
    let (_server, files) = files().await;
    let (much, folder) = (much(), tempfile::tempdir().unwrap());
    let local = folder.path().join("local.bin");
    std::fs::write(&local, &much).unwrap();
    let pieces = || {
        let pieces: Vec<_> = much.chunks(77_777).map(<[u8]>::to_vec).collect();
        stream::iter(pieces.into_iter().map(Ok::<_, io::Error>))
    };
    for source in [
        Upload::bytes(much.clone()),
        Upload::file(&local),
        Upload::stream(pieces(), Some(much.len() as u64)),
        Upload::stream(pieces(), None),
    ] {
        let upload = files.upload("big.bin", source).overwrite(true);
        let info = upload.await.unwrap();

        let download = files.download(&info).await.unwrap();
        assert_eq!(download.length(), Some(much.len() as u64));
        let pieces: Vec<_> = download.try_collect().await.unwrap();
        assert!(pieces.len() > 1);
        assert!(pieces.concat() == much, "the file is another");

        let saved = folder.path().join("saved.bin");
        let length = files.download(&info).await.unwrap().save_to(&saved).await;
        assert_eq!(length.unwrap(), much.len() as u64);
        assert!(
            std::fs::read(&saved).unwrap() == much,
            "the file is another"
        );
        assert_eq!(entries(folder.path()), 2);
    }
}

#[tokio::test]
async fn an_upload_that_fails_leaves_what_was_there() {
    let (_server, files) = files().await;
    let info = files.upload("a.bin", Upload::bytes("old")).await.unwrap();
    let much = much();
    let pieces = || {
        [
            Ok(much.clone()),
            Err(io::Error::other("the source is gone")),
        ]
    };
    for upload in [
        Upload::stream(stream::iter(pieces()), None),
        Upload::stream(stream::iter(pieces()), Some(2 * much.len() as u64)),
        Upload::stream(stream::iter(pieces()), Some(10)),
    ] {
        let error = files.upload("a.bin", upload).overwrite(true).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        assert_eq!(read(&files, &info).await.unwrap(), b"old");
    }
}

#[tokio::test]
async fn the_own_files_are_read_as_the_user() {
    let server = Server::start().await.unwrap();
    let client = client_of(&server);
    let ann = Registration::new("pa55").email("ann@example.com");
    client.users().register(ann).await.unwrap();
    let users = client.users();
    let session = users.login("ann@example.com", "pa55").await.unwrap();
    let files = session.client().files();
    let info = files.upload("a.txt", Upload::bytes("x")).await.unwrap();
    assert_eq!(read(&files, &info).await.unwrap(), b"x");
    session.logout().await.unwrap();
    // The token of an ended session, which only what carries it can be refused for.
    assert!(read(&files, &info).await.unwrap_err().is_unauthorized());
    let files = client.files();
    assert_eq!(read(&files, &info).await.unwrap(), b"x");
}

#[tokio::test]
async fn many_files_go_and_come_at_once() {
    let (_server, files) = files().await;
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let files = files.clone();
            tokio::spawn(async move {
                let path = format!("many/{number}.txt");
                let bytes = vec![number; 10_000];
                let info = files.upload(path, Upload::bytes(bytes.clone())).await?;
                Ok::<_, backendless::Error>(read(&files, &info).await? == bytes)
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap());
    }
}
