//! OpenSC's programs, as the tests call them.

use crate::lane::{Scene, Tool, tool, tool_with};
use std::fs;
use std::path::PathBuf;

/// A key of the card, as OpenSC sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// Its token: PKCS#11 has one for each PIN.
    pub(crate) slot_index: &'static str,
    /// The number of the key, its PIN and its certificate.
    pub(crate) id: &'static str,
    /// What opens it on the standard card.
    pub(crate) pin: &'static str,
}

/// 利用者証明用, user authentication.
pub(crate) const AUTHENTICATION: Key = Key { slot_index: "0", id: "01", pin: "1234" };
/// 署名用, digital signature.
pub(crate) const SIGNATURE: Key = Key { slot_index: "1", id: "02", pin: "ABC123" };

/// `pkcs11-tool` on a token, with a PIN that is on no command line.
pub(crate) fn pkcs11_tool(scene: &Scene, key: Key, pin: &str, arguments: &[&str]) -> Tool {
    let mut all = vec!["--module", "opensc-pkcs11.so", "--slot-index", key.slot_index, "--login"];
    all.extend(["--pin", "env:PIN"]);
    all.extend(arguments);
    tool_with(scene, "pkcs11-tool", &all, &[("PIN", pin)])
}

/// Signs a file with a key of the card, by SHA-256 with RSA; the signature's file.
pub(crate) fn sign(scene: &Scene, key: Key, pin: &str) -> Tool {
    let document = document(scene);
    let signature = signature(scene, key);
    let (document, signature) = (path(&document), path(&signature));
    let arguments = ["--sign", "--id", key.id, "--mechanism", "SHA256-RSA-PKCS"];
    pkcs11_tool(
        scene,
        key,
        pin,
        &[&arguments[..], &["--input-file", document, "--output-file", signature]].concat(),
    )
}

/// The signature of the document that [`sign`] makes.
pub(crate) fn signature(scene: &Scene, key: Key) -> PathBuf {
    scene.file(&format!("signature-{}.bin", key.id))
}

/// What is signed.
pub(crate) fn document(scene: &Scene) -> PathBuf {
    let document = scene.file("document.txt");
    fs::write(&document, "I agree.\n").expect("the folder of the test can be written to");
    document
}

/// OpenSSL's judgement of a signature by the public key in a certificate of the card.
pub(crate) fn openssl_verifies(scene: &Scene, key: Key) {
    let certificate = scene.file(&format!("certificate-{}.pem", key.id));
    let public_key = scene.file(&format!("public-key-{}.pem", key.id));
    fs::write(&certificate, read_certificate(scene, key.id)).expect("the folder can be written to");
    let extracted = tool(scene, "openssl", &["x509", "-in", path(&certificate), "-noout", "-pubkey"]);
    fs::write(&public_key, extracted.succeeds()).expect("the folder can be written to");
    let (public_key, document, signature) = (path(&public_key), document(scene), signature(scene, key));
    let said = tool(
        scene,
        "openssl",
        &["dgst", "-sha256", "-verify", public_key, "-signature", path(&signature), path(&document)],
    );
    assert_eq!(said.succeeds(), "Verified OK\n");
}

/// A certificate of the card as PEM: 01 and 02 the holder's, 03 and 04 those of their authorities.
pub(crate) fn read_certificate(scene: &Scene, id: &str) -> String {
    let mut arguments = vec!["--read-certificate", id];
    if id == SIGNATURE.id {
        // The signature certificate tells its holder's name and address: it is behind the password.
        arguments.extend(["--verify-pin", "--auth-id", SIGNATURE.id, "--pin", "env:PIN"]);
    }
    tool_with(scene, "pkcs15-tool", &arguments, &[("PIN", SIGNATURE.pin)]).succeeds()
}

/// A path of the lane as text.
pub(crate) fn path(path: &std::path::Path) -> &str {
    path.to_str().expect("the lane names its folders in ASCII")
}
