"""sign: tokens with real signatures, and the key sets that verify them. Keys of stories are made from their names, so
that the key set beside a contract is always the same; they protect nothing."""
import base64
import functools
import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa, utils

CURVES = {"ES256": (ec.SECP256R1, "P-256", 32), "ES384": (ec.SECP384R1, "P-384", 48),
          "ES512": (ec.SECP521R1, "P-521", 66), "ES256K": (ec.SECP256K1, "secp256k1", 32)}
HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512, "56K": hashes.SHA256}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None):
    return base64url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


@functools.lru_cache(maxsize=None)
def key_of(kind, name):
    """A private key: of "RSA" a new one each run, of all others always the same by that name."""
    seed = hashlib.shake_256(f"{kind} {name}".encode()).digest(57)
    if kind == "RSA":
        return rsa.generate_private_key(65537, 2048)
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(seed[:32])
    if kind == "Ed448":
        return ed448.Ed448PrivateKey.from_private_bytes(seed)
    if kind == "oct":
        return seed
    return ec.derive_private_key(int.from_bytes(seed[:31], "big"), CURVES[kind][0]())


def kind_of(algorithm):
    return {"RS": "RSA", "PS": "RSA", "HS": "oct", "Ed": "Ed25519"}.get(algorithm[:2], algorithm)


def signature(key, algorithm, data):
    digest = HASHES.get(algorithm[-3:])
    if algorithm.startswith("HS"):
        return hmac.new(key, data, f"sha{algorithm[-3:]}").digest()
    if algorithm.startswith("Ed"):
        return key.sign(data)
    if algorithm.startswith("RS"):
        return key.sign(data, padding.PKCS1v15(), digest())
    if algorithm.startswith("PS"):
        return key.sign(data, padding.PSS(padding.MGF1(digest()), digest.digest_size), digest())
    size = CURVES[algorithm][2]
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(digest())))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def jwk_of(kind, name, **more):
    """The public half, as RFC 7517 writes it; of a secret, the secret."""
    key = key_of(kind, name)
    if kind == "oct":
        return {"kty": "oct", "kid": name, "k": base64url(key), **more}
    public = key.public_key()
    if kind == "RSA":
        numbers = public.public_numbers()
        return {"kty": "RSA", "kid": name, "n": number(numbers.n), "e": number(numbers.e), **more}
    if kind in ("Ed25519", "Ed448"):
        from cryptography.hazmat.primitives import serialization as form
        raw = public.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
        return {"kty": "OKP", "crv": kind, "kid": name, "x": base64url(raw), **more}
    numbers, (_, curve, size) = public.public_numbers(), CURVES[kind]
    return {"kty": "EC", "crv": curve, "kid": name, "x": number(numbers.x, size), "y": number(numbers.y, size), **more}
