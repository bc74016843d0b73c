"""mmdb: a small writer of MaxMind DB files (format 2.0), for tests alone: one record a network.

    write("asn.mmdb", "Test-ASN", {"203.0.113.0/24": {"autonomous_system_number": 64500}})
"""
import ipaddress
import struct

MARK = b"\xab\xcd\xefMaxMind.com"
TEXT, UINT16, UINT32, MAP, UINT64, ARRAY = 2, 5, 6, 7, 9, 11


def control(kind, size):
    first = min(size, 29)
    head = bytes([(kind << 5) | first]) if kind < 8 else bytes([first, kind - 7])
    return head + (bytes([size - 29]) if size >= 29 else b"")


def data_of(value):
    """A number of another kind than UINT32 is a pair (kind, number)."""
    if isinstance(value, str):
        raw = value.encode()
        return control(TEXT, len(raw)) + raw
    if isinstance(value, dict):
        return control(MAP, len(value)) + b"".join(data_of(k) + data_of(v) for k, v in value.items())
    if isinstance(value, list):
        return control(ARRAY, len(value)) + b"".join(data_of(v) for v in value)
    kind, value = value if isinstance(value, tuple) else (UINT32, value)
    raw = value.to_bytes(8, "big").lstrip(b"\0")
    return control(kind, len(raw)) + raw


def write(path, name, networks):
    """IPv4 networks stand below ::/96, as in the databases that are sold."""
    nodes, blob = [[None, None]], b""
    for text, value in networks.items():
        network = ipaddress.ip_network(text)
        number, length = int(network.network_address), network.prefixlen
        if network.version == 4:
            length += 96
        at = 0
        for depth in range(length - 1):
            bit = number >> (127 - depth) & 1
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        nodes[at][number >> (128 - length) & 1] = ("data", len(blob))
        blob += data_of(value)
    count = len(nodes)

    def record(value):
        if value is None:
            value = count
        elif isinstance(value, tuple):
            value = count + 16 + value[1]
        return struct.pack("!I", value)

    metadata = {"binary_format_major_version": (UINT16, 2), "binary_format_minor_version": (UINT16, 0),
                "build_epoch": (UINT64, 1768478400), "database_type": name, "description": {"en": "made by a test"},
                "ip_version": (UINT16, 6), "languages": ["en"], "node_count": count, "record_size": (UINT16, 32)}
    with open(path, "wb") as file:
        file.write(b"".join(record(left) + record(right) for left, right in nodes) + bytes(16) + blob)
        file.write(MARK + data_of(metadata))


def write_example(folder):
    """What the stories of access need: documentation networks in three countries."""
    countries = {"203.0.113.0/24": "DE", "198.51.100.0/24": "FR", "192.0.2.0/24": "BR", "2001:db8:a::/48": "DE"}
    systems = {"203.0.113.0/24": (64500, "Acme Carrier"), "198.51.100.0/24": (64501, "Rive Gauche Net"),
               "192.0.2.0/24": (64502, "Sul Telecom"), "2001:db8:a::/48": (64500, "Acme Carrier")}
    write(f"{folder}/country.mmdb", "Test-Country", {k: {"country": {"iso_code": v}} for k, v in countries.items()})
    write(f"{folder}/isp.mmdb", "Test-ISP",
          {k: {"autonomous_system_number": n, "autonomous_system_organization": o, "isp": f"{o} ISP"}
           for k, (n, o) in systems.items()})
