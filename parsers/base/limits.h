/*
 * limits: every ceiling of the sensor, each with its reason. What grows is born
 * with one of these, and says what happens there: refuse, cut and mark, or let
 * the oldest go, always counted.
 */
#pragma once

#define KIB     (1024ull)
#define MIB     (1024ull * KIB)
#define GIB     (1024ull * MIB)
#define SECONDS (1000000000ull) /* in nanoseconds */

/* -- memory ----------------------------------------------------------------- */

/* One malloc serves a typical exchange: head, a small body, its tree, findings. */
#define LIMIT_ARENA_BLOCK (16 * KIB)

/* An exchange with both bodies at their ceiling, decoded, and their trees. */
#define LIMIT_EXCHANGE_BYTES (64 * MIB)

/* What crosses to the collector for one exchange: masked texts only. */
#define LIMIT_JUDGED_BYTES (1 * MIB)

/* Taken at once for it: the record and its texts. Thousands wait two seconds for what comes next. */
#define LIMIT_JUDGED_BLOCK (3 * KIB)

/* Blocks of memory that a worker keeps for the next exchange, and for the next record: a burst of records
 * comes back from the collector at once. 1 MiB and 3 MiB; freed when it is quiet. */
#define LIMIT_SPARE_EXCHANGES 64
#define LIMIT_SPARE_JUDGED    1024

/* Likewise, for what a TCP stream has while something of it is missing or waits; a FIN needs one. 12 KiB. */
#define LIMIT_SPARE_UNSETTLED 64

/* Of what is small ten thousand times: the arenas of one spec of a contract. */
#define LIMIT_SPEC_BLOCK (1 * KIB)

/* Of what is needed while one file of a contract is read, and used again for the next. */
#define LIMIT_READING_BLOCK (256 * KIB)

/* Words of load problems; nobody reads more. */
#define LIMIT_PROBLEMS 1000

/* Differences between two versions of a spec that are listed; all are counted. */
#define LIMIT_DIFFERENCES   100000
#define LIMIT_PROBLEM_BYTES (1 * MIB)

/* -- packets ---------------------------------------------------------------- */

/* Largest TSO/GRO super-packet plus tunnels; also libpcap's own maximum. */
#define LIMIT_SNAPLEN 262144

/* Encapsulations inside one another: two tunnels with VLANs each; deeper is hostile. */
#define LIMIT_TUNNEL_DEPTH 8

/* IPv6 extension headers in one packet; RFC 8200 lists six kinds, each once. */
#define LIMIT_IPV6_EXTENSIONS 8

/* Linux gives an incomplete datagram 30 s, RFC 8200 60 s; a piece that comes so late is of another one. */
#define LIMIT_FRAGMENT_NS (30 * SECONDS)

/* A mirror's second copies follow within milliseconds; identifications come round again much later. */
#define LIMIT_FRAGMENT_LATE_NS (SECONDS / 10)

/* Incomplete datagrams of one capture thread and their bytes (Linux holds 4 MiB for its own). */
#define LIMIT_FRAGMENT_DATAGRAMS 4096
#define LIMIT_FRAGMENT_BYTES     (16 * MIB)

/* Packets so little out of order are: queues of one interface, interfaces of one file. Those further behind
 * were stamped by a clock that was set back. */
#define LIMIT_DISORDER_NS (3 * SECONDS)

/* Interfaces of one pcapng section; dumpcap on a large switch has hundreds. */
#define LIMIT_CAPTURE_INTERFACES 4096

/* Packets between a capture thread and a worker: some milliseconds at line rate. When it is quiet, the system
 * has all but a quarter of a megabyte of it back. */
#define LIMIT_RING_BYTES (16 * MIB)

/* In a replay the thread that reads waits: what it is ahead by need not leave the processor's cache. */
#define LIMIT_RING_BYTES_REPLAY (2 * MIB)

/* What one worker gives the collector, clocks and pointers to records: room for LIMIT_FREIGHT_BYTES of the
 * smallest records, so that it is never the ring which is full. */
#define LIMIT_OUTBOUND_RING_BYTES (4 * MIB)

/* -- connections ------------------------------------------------------------ */

/* Connections that one worker remembers; the longest untouched leaves first. One with an unfinished
 * exchange costs some 20 KiB, so at most 4 GiB, one between exchanges 1 KB; limits.connections of
 * specular.yaml lowers it. */
#define LIMIT_CONNECTIONS 200000

/* Early bytes held for one direction: a 10 Gbit/s window over 3 ms; past it the hole is given up. */
#define LIMIT_STREAM_HELD (4 * MIB)

/* Early segments held for one direction: bounds the list where segments are tiny. */
#define LIMIT_STREAM_SEGMENTS 4096

/* Early bytes of all connections of one worker; past it the connection that has waited longest gives up
 * its holes, so that a flood of holes does not take reordering from the others. */
#define LIMIT_HELD_TOTAL (256 * MIB)

/* Behind a hole with no acknowledgement seen: one-sided mirrors never acknowledge. */
#define LIMIT_GAP_BYTES   (64 * KIB)
#define LIMIT_GAP_PACKETS 64
#define LIMIT_GAP_NS      (2 * SECONDS)

/* An acknowledgement may reach the mirror before what it acknowledges: so long may that still come. */
#define LIMIT_GRACE_PACKETS 8
#define LIMIT_GRACE_NS      (SECONDS / 50)

/* An acknowledgement this far beyond all that was seen is forged or astray: above any usual window. */
#define LIMIT_ACK_AHEAD (16 * MIB)

/* A sequence number this far from the expected one is not of this connection: TCP's largest window. */
#define LIMIT_SEQUENCE_AHEAD (1 * GIB)

/* SYNs with other numbers that may be the one which is answered; the oldest is forgotten. */
#define LIMIT_SYN_CANDIDATES 4

/* Packets of one direction whose copies are known: a mirror's copies follow within a millisecond. Past it
 * a copy counts as a retransmission, which changes nothing else. */
#define LIMIT_STREAM_PRINTS 64

/* RFC 1122 suggests two hours for keep-alive; mirrors lose FINs, memory is finite. */
#define LIMIT_CONNECTION_IDLE_NS (300 * SECONDS)

/* A mirror's copy of a packet comes within milliseconds: so long after the last one none is awaited. */
#define LIMIT_QUIET_NS (10 * SECONDS)

/* A SYN that nobody answers. */
#define LIMIT_HALF_OPEN_NS (30 * SECONDS)

/* After both FINs, late retransmissions still belong to the old connection. After a RST, so long may the
 * sender of the RST show by sending on that it was not its own. */
#define LIMIT_CLOSED_NS (2 * SECONDS)

/* -- HTTP ------------------------------------------------------------------- */

/* A request or status line; servers stop at 8 to 64 KiB. */
#define LIMIT_START_LINE_BYTES (64 * KIB)

/* All header fields of one message. */
#define LIMIT_HEAD_BYTES  (256 * KIB)
#define LIMIT_HEAD_FIELDS 256

/* Body bytes kept for checking, as sent and again after decoding; the rest is counted, not kept. */
#define LIMIT_BODY_BYTES (8 * MIB)

/* The same of all open exchanges of one worker: many connections that each send a large body and never
 * end it must not add up; past it bodies are counted, not kept. */
#define LIMIT_BODIES_TOTAL (512 * MIB)

/* Bytes of one larger body, decoded, that are given to the data scan as they come: an export of a million
 * records. What lies behind them is counted, not scanned. */
#define LIMIT_LONG_BYTES (256 * MIB)

/* They are given in parts of so many bytes at most. */
#define LIMIT_LONG_PART (16 * KIB)

/* Decoded bytes of a larger body for each byte as sent: a small message must not buy the whole ceiling. */
#define LIMIT_LONG_RATIO 100

/* Memory of all larger bodies of one worker that are under way: what the scan needs to go on with each, and
 * the windows of their decoders. One more is not scanned beyond what is kept, and counted. */
#define LIMIT_LONG_MEMORY (256 * MIB)
#define LIMIT_LONG_COST   (256 * KIB)

/* Decoded bytes per encoded byte above LIMIT_RATIO_FROM: real text stays below 100. */
#define LIMIT_DECODED_RATIO 2048
#define LIMIT_RATIO_FROM    (1 * MIB)

/* Work of decoding one body, counted and not timed: no clock is read here, and a replay must cut where the
 * live sensor did. A step reads 4 KiB and writes 16 KiB at most; a body and its decoded form at their
 * ceilings, twice on top of one another, take 5,120. */
#define LIMIT_DECODE_STEPS 8192

/* Encoded bytes read beyond the decoded bytes they gave. Real coders never swell what they cannot pack by
 * more than a thousandth; empty blocks, members and code tables for one byte cost time and give nothing. */
#define LIMIT_DECODE_WASTE (256 * KIB)

/* Content codings on top of one another. */
#define LIMIT_CODING_LAYERS 2

/* Requests waiting for their responses on one connection (Zeek 100, libhtp 512). */
#define LIMIT_PIPELINE 256

/* Bytes of something that is not HTTP before a direction is called opaque. */
#define LIMIT_HUNT_BYTES (1 * MIB)

/* Finished exchanges waiting inside one session between two calls of session_next. */
#define LIMIT_SESSION_READY 512

/* Bytes of one direction that wait for the other: a response seen before its
 * request, a client behind CONNECT. Mirrors swap packets by microseconds. */
#define LIMIT_SESSION_HELD (256 * KIB)

/* Streams open at once on one HTTP/2 connection: servers allow 100 to 256, gRPC ones some more. The
 * longest untouched leaves first. */
#define LIMIT_STREAMS 1024

/* Body and header bytes kept for the open streams of one connection; the rest is counted, not kept. */
#define LIMIT_STREAMS_BYTES (64 * MIB)

/* A stream behind a loss, and nothing of it for this long: its end was probably lost. */
#define LIMIT_STREAM_STALE_NS (60 * SECONDS)

/* CONTINUATION frames of one header block: LIMIT_HEAD_BYTES in frames of usual size are 16. */
#define LIMIT_CONTINUATIONS 256

/* Requests of one connection taken back unanswered within LIMIT_RESETS_NS: a flood. A page that is left
 * takes back those under way, 100 at most; floods take back thousands. */
#define LIMIT_RESETS    200
#define LIMIT_RESETS_NS (1 * SECONDS)

/* A frame this long is taken for one where the boundary is unknown; in step any length is. Go's
 * server asks for 1 MiB, most for 16 KiB. */
#define LIMIT_FRAME_LIKELY (1 * MIB)

/* The HPACK table that is followed: what browsers and gRPC ask for. Full of short fields it costs some
 * 200 KiB a direction, and while a block is read that changes it all the time some 10 MiB more. */
#define LIMIT_HPACK_TABLE 65536

/* The longest name or value of a header block, as it is sent: as long as the table. nghttp2 takes no longer
 * one either. */
#define LIMIT_HPACK_TEXT 65536

/* Times that one direction's HPACK table is begun anew with placeholders, at once and then by bytes: a real
 * connection loses far less often, a hostile one pays in bytes. */
#define LIMIT_SEEDINGS      64
#define LIMIT_SEEDING_BYTES (16 * KIB)

/* Nesting of a JSON body; real ones stay below 40. */
#define LIMIT_JSON_DEPTH 256

/* gRPC: messages within messages (protobuf's own readers stop at 100), and the memory of the texts' names
 * and places in one body: some 40,000 of them. */
#define LIMIT_GRPC_DEPTH       64
#define LIMIT_GRPC_FIELD_BYTES (4 * MIB)

/* Bytes of gRPC messages that are looked at to tell texts from messages within them: what lies deep is
 * looked at once a level, real messages have three or four. */
#define LIMIT_GRPC_WORK (32 * MIB)

/* Values of one body that are read for checking and scanning. */
#define LIMIT_BODY_VALUES 1000000

/* Parts of one multipart body, and one part's field lines: forms have tens, mail some hundreds. */
#define LIMIT_MULTIPART_PARTS 10000
#define LIMIT_PART_HEAD_BYTES (16 * KIB)

/* Requests in one OData batch that are judged as exchanges of their own: SAP UI5 sends up to some hundreds.
 * Their names, "1" or a UUID, are compared with one another. */
#define LIMIT_BATCH_PARTS    1000
#define LIMIT_BATCH_ID_BYTES 256

/* Elements of one XML body inside one another: libxml2's own ceiling without XML_PARSE_HUGE. */
#define LIMIT_XML_DEPTH 256

/* Attributes of one XML element. libxml2 compares each with all before it: 100,000 in one tag of a
 * megabyte cost it four seconds. */
#define LIMIT_XML_ATTRIBUTES 1000

/* Namespaces in force at one place: libxml2 looks through them for each prefix. */
#define LIMIT_XML_NAMESPACES 256

/* XML whose encoding hides its tags from a look at the bytes (UTF-16, UTF-7, EBCDIC): so little of it that
 * its attributes cannot be too many. */
#define LIMIT_XML_HIDDEN_BYTES (64 * KIB)

/* -- contracts -------------------------------------------------------------- */

/* Keys of one key file, tried for a token that names none, and the size of one: what a verification costs.
 * RSA with 8192 bits takes half a millisecond. */
#define LIMIT_KEYS      64
#define LIMIT_KEY_TRIES 8
#define LIMIT_KEY_BITS  8192
#define LIMIT_KEY_BYTES (4 * MIB)

/* Networks of all anonymizer lists: the largest public ones have 100,000. */
#define LIMIT_NETWORKS 1000000

/* A longer token is not verified: no server takes a field line of that size. */
#define LIMIT_TOKEN_BYTES (32 * KIB)

/* Tokens whose verdict one worker remembers; the longest unused leaves and would be verified again. */
#define LIMIT_TOKENS 65536

/* One spec file: Microsoft Graph is 30 MB. */
#define LIMIT_SPEC_BYTES (64 * MIB)

/* Nodes of one document after YAML aliases are expanded (billion laughs). */
#define LIMIT_DOCUMENT_NODES 8000000
#define LIMIT_DOCUMENT_DEPTH 200

/* Folders below a contracts folder that are looked into: links that lead in circles would have no end. */
#define LIMIT_SPEC_FOLDERS 10000

/* Files of the contracts folders: LIMIT_PARTNERS with a spec, an overlay and keys each, and as many more. */
#define LIMIT_CONTRACT_FILES 100000

/* Files that one spec may pull in through $ref (DigitalOcean has 2,907). */
#define LIMIT_SPEC_FILES 10000

/* Steps of one $ref chain. */
#define LIMIT_REF_CHAIN 64

/* Memory of everything loaded: contracts, specs, compiled schemas. */
#define LIMIT_CONTRACT_BYTES (4 * GIB)

#define LIMIT_PARTNERS   20000
#define LIMIT_OPERATIONS 1000000

/* Segments of one request path that are matched. */
#define LIMIT_PATH_SEGMENTS 128

/* Nodes tried for one path: real contracts need one or two a segment; past it nothing matches. */
#define LIMIT_ROUTE_STEPS 4096

/* Operations of a spec that look alike on the wire and are all tried for one exchange; of more nothing is
 * said. */
#define LIMIT_ALIKE 64

/* Segments before a base path where the spec leaves its beginning open ("{apiRoot}/v1"); each is one more
 * search. */
#define LIMIT_BASE_SEGMENTS 16

/* PCRE2 work for one `pattern` on one value. */
#define LIMIT_PATTERN_STEPS 100000
#define LIMIT_PATTERN_DEPTH 1000

/* Checking one body: schema steps, depth of nested schemas, departures reported. */
#define LIMIT_SCHEMA_STEPS 20000000
#define LIMIT_SCHEMA_DEPTH 512
#define LIMIT_DEPARTURES   64

/* Folders watched for changes: of contracts and of packs. */
#define LIMIT_WATCH_ROOTS 128

/* Pairs of schemas that `spec diff` compares for two specs, and how deep it goes: past them nothing more is
 * said. */
#define LIMIT_DIFFERENCE_PAIRS  1000000
#define LIMIT_DIFFERENCE_LEVELS 100

/* -- rules ------------------------------------------------------------------ */

/* Findings of one exchange; more are counted. */
#define LIMIT_FINDINGS 128

/* Sensitive-data hits of one exchange that are kept; more are counted. */
#define LIMIT_HITS 256

/* Values of one exchange looked at by the pattern scan, and their bytes. */
#define LIMIT_SCAN_BYTES (16 * MIB)

/* Digests of keys and credentials that are remembered, in each worker: 48 bytes each. */
#define LIMIT_DIGESTS 4096

/* Names of JSON objects that are known again, in each worker: 128 bytes each, and some 80 in its scanner.
 * When all are taken they are forgotten between two exchanges. */
#define LIMIT_JSON_NAMES 2048

/* Hosts, agents and media types that were looked at and told as they are, in each worker: 264 bytes each. */
#define LIMIT_WORDS 64

/* Header fields that are known to hold nothing, in each worker, and the bytes of one with its name. */
#define LIMIT_SCAN_FIELDS      512
#define LIMIT_SCAN_FIELD_BYTES 248

/* One pattern alone may take this long to compile, and this much memory. */
#define LIMIT_PATTERN_COMPILE_NS    (3 * SECONDS)
#define LIMIT_PATTERN_COMPILE_BYTES (1 * GIB)

/* What keeps a pattern far below that time, told from its text alone: its bytes, the bound of
 * one repeat, and its places once all repeats are written out. */
#define LIMIT_PATTERN_TEXT     1000
#define LIMIT_PATTERN_REPEAT   1000
#define LIMIT_PATTERN_UNROLLED 4000

/* Data classes of all packs, and the memory of their texts. */
#define LIMIT_DATA_CLASSES 2000
#define LIMIT_PACK_BYTES   (64 * MIB)

/* Bytes that one exchange may cost when candidates are looked at again (start, context, check
 * digits): a hostile body of near misses costs about a second, then the rest is marked as cut. */
#define LIMIT_SCAN_WORK (256 * MIB)

/* The same of one body that is scanned as it comes: some seconds, over all the time that it takes to come. */
#define LIMIT_LONG_WORK (1 * GIB)

/* States of the automaton that sieves values before the pattern scan, in each worker: ordinary traffic needs
 * some hundred. Hostile texts may cost a state each so many bytes; past it they are scanned unsieved. */
#define LIMIT_SIEVE_STATES     4096
#define LIMIT_SIEVE_STATE_COST 128

/* -- what has a past -------------------------------------------------------- */

/* Open findings remembered, and the bytes of the records that their updates are told from: some 300,000 usual
 * ones. The longest unseen is forgotten; should it come again, it is told as new. */
#define LIMIT_LEDGER       1000000
#define LIMIT_LEDGER_BYTES (1 * GIB)

/* Of how many partners' operations what records tell of them stays ready as it is written, and its bytes. */
#define LIMIT_EVENT_MEMBERS       512
#define LIMIT_EVENT_MEMBERS_BYTES 1400

/* Of how many partners' operations it stays known where what is remembered of them lies: 300 bytes each. */
#define LIMIT_PLACES 1024

/* Likewise of callers of operations. */
#define LIMIT_CALLER_PLACES 4096

/* Endpoints and usage lines remembered. */
#define LIMIT_INVENTORY     100000
#define LIMIT_ACQUAINTANCES 100000 /* partners, credentials and operations known from before, of each */
#define LIMIT_USAGE         100000

/* Partners' APIs whose version of the spec is remembered, to see that it was replaced. */
#define LIMIT_API_VERSIONS 100000

/* Objects that one answer gives and that are remembered, and all of them: a table of 16 MiB at most. */
#define LIMIT_GIVEN_OBJECTS 200
#define LIMIT_OBJECTS       (1024 * 1024)

/* Kinds of objects, and clients, credentials and accounts whose doings are counted. */
#define LIMIT_RESOURCES 10000
#define LIMIT_ACTORS    50000

/* risk.yaml: categories of one's own, kinds of findings that their expressions count (a bit each), steps of
 * one compiled expression, brackets in brackets, and memory of all of it. Whoever writes more wants a
 * program. */
#define LIMIT_RISK_CATEGORIES 32
#define LIMIT_RISK_COUNTS     64
#define LIMIT_RISK_STEPS      256
#define LIMIT_RISK_DEPTH      32
#define LIMIT_RISK_BYTES      (4 * MIB)

/* Credentials whose sensitive values, and callers whose harvest of a kind of object are counted, at 0.6 and
 * 1.2 KiB each; and partners that read a kind of object. The longest silent leaves first. */
#define LIMIT_VOLUMES  20000
#define LIMIT_HARVESTS 20000
#define LIMIT_READERS  20000

/* Operations and data classes known from before, together. */
#define LIMIT_CLASS_HABITS 100000

/* Callers whose last operation is remembered, the steps from one operation to the next that were seen, and
 * callers whose rhythm at one operation is measured: 16 to 100 bytes each. */
#define LIMIT_COURSES 50000
#define LIMIT_STEPS   200000
#define LIMIT_RHYTHMS 50000

/* Tokens whose client is remembered from the answer that made them. */
#define LIMIT_TOKEN_OWNERS 65536

/* Calls at a gateway that wait for their other half behind it, and users whose counterpart is known. */
#define LIMIT_FORWARDED  20000
#define LIMIT_PRINCIPALS 50000

/* Partners whose limits and service levels are watched; the longest silent leaves first. */
#define LIMIT_WATCHED_PARTNERS 20000

/* Limits of one partner that are watched; contracts have two or three. */
#define LIMIT_WATCHED_LIMITS 8

/* Calls beyond a limit that may be served before it counts as not enforced: gateways count in steps. */
#define LIMIT_ENFORCE_WITHIN 10

/* Calls of one rolling window that are remembered one by one, and the steps kept above: three times the limit
 * is still told exactly. */
#define LIMIT_WINDOW_EXACT 32768
#define LIMIT_WINDOW_STEPS 131072

/* All rolling windows together: 256 MiB. */
#define LIMIT_WINDOW_STEPS_ALL (16 * 1024 * 1024)

/* Exchanges of one partner whose time is remembered to tell how many went on at once. */
#define LIMIT_IN_FLIGHT 4096

/* Spans of agreed hours of one partner, one a day and shift. */
#define LIMIT_HOURS 64

/* One time zone's file (the longest has 3.5 KB) and its changes of clock. */
#define LIMIT_ZONE_BYTES   65536
#define LIMIT_ZONE_CHANGES 4096
#define LIMIT_ZONES        64

/* Places in undocumented paths at which names are counted: some 400 bytes each. */
#define LIMIT_LEARNED 50000

/* So long, and so many, judged records wait so that what comes next may say which of their segments are
 * values. The price is that much delay of a live record of an undocumented path, and of those behind it. */
#define LIMIT_LOOKAHEAD_NS      (2 * SECONDS)
#define LIMIT_LOOKAHEAD_RECORDS 4096
#define LIMIT_LOOKAHEAD_BYTES   (32 * MIB)

/* Judged records on their way from all workers to the collector, shared out evenly: two seconds of stalled
 * output at 40,000 exchanges a second. Live what finds no room is dropped and counted; a replay waits for
 * room and needs less of it. */
#define LIMIT_FREIGHT_BYTES        (256 * MIB)
#define LIMIT_FREIGHT_BYTES_REPLAY (64 * MIB)

/* Records of one moment, waiting to leave in order. */
#define LIMIT_OUTBOX_BYTES (64 * MIB)

/* One published record; brokers refuse above 1 MB by default. */
#define LIMIT_RECORD_BYTES (256 * KIB)

/* Memory to write one record in: its texts mended and escaped, with the writer's growing buffer. */
#define LIMIT_DRAFT_BYTES (16 * MIB)

/* One answer of the admin API: an inventory of LIMIT_INVENTORY usual endpoints. */
#define LIMIT_ADMIN_ANSWER_BYTES (128 * MIB)

/* Bodies of all uploads under way: two of the largest specs. */
#define LIMIT_ADMIN_BODY_BYTES (2 * LIMIT_SPEC_BYTES)

/* Connections to the admin API at once, and how long one request may take or stay silent. */
#define LIMIT_ADMIN_CONNECTIONS 32
#define LIMIT_ADMIN_IDLE_S      15
#define LIMIT_ADMIN_REQUEST_S   120

/* Earlier versions kept of one uploaded file; the oldest goes. */
#define LIMIT_VERSIONS 100

/* Text of earlier versions of one spec that a load reads, the newest first: about a second. */
#define LIMIT_HISTORY_BYTES (32 * MIB)

/* Records of one file sink waiting for one write. */
#define LIMIT_FILE_BUFFER_BYTES (1 * MIB)

/* Records that wait on disk for the broker, unless the configuration says otherwise: hours of findings.
 * They lie in segments, so that room is made by removing one file; more segments than this are full too. */
#define LIMIT_SPOOL_BYTES         (1 * GIB)
#define LIMIT_SPOOL_BYTES_MIN     (1 * MIB)
#define LIMIT_SPOOL_SEGMENT_BYTES (8 * MIB)
#define LIMIT_SPOOL_SEGMENTS      4096

/* Records of one kind that wait in memory while the spool's disk is full. */
#define LIMIT_SPOOL_MEMORY_BYTES (16 * MIB)

/* Key and texts of the headers beside the largest record. */
#define LIMIT_SPOOL_HEADER_TEXT (4 * KIB)

/* Spooled records of one kind that are with the broker at a time, and their bytes: what one round trip
 * of 100 ms needs at 100 MB/s. */
#define LIMIT_SPOOL_FLIGHT       8192
#define LIMIT_SPOOL_FLIGHT_BYTES (8 * MIB)

/* librdkafka's own queue (defaults are 1 GiB and 100,000). */
#define LIMIT_KAFKA_QUEUE_KIB      65536
#define LIMIT_KAFKA_QUEUE_MESSAGES 20000

/* New findings waiting for one webhook, and how many it is sent in a minute unless told otherwise: a chat
 * allows one a second. */
#define LIMIT_WEBHOOK_QUEUE      1000
#define LIMIT_WEBHOOK_PER_MINUTE 30
#define LIMIT_WEBHOOKS           8

/* More different names at one place of a path than this are values: real APIs have fewer resources side by
 * side. */
#define LIMIT_LEARNED_NAMES 32

/* Servers, and pairs of hosts, that the doctor tells apart. */
#define LIMIT_DOCTOR_LINES 4096

/* -- the report ------------------------------------------------------------- */

/* What one page is made of: texts of all kinds (kept once each), findings, and endpoints, usage lines and
 * places of sensitive data; some 2 GiB when all of it is there. */
#define LIMIT_REPORT_TEXT     400
#define LIMIT_REPORT_TEXTS    2000000
#define LIMIT_REPORT_FINDINGS 500000
#define LIMIT_REPORT_ENTRIES  200000
#define LIMIT_REPORT_PARTNERS 20000

/* Records of which a report knows whether they were given before: 128 MiB. A power of two. */
#define LIMIT_REPORT_UIDS (16 * 1024 * 1024)

/* Rows of one table of the page, the worst first; a browser shows so many in two seconds. */
#define LIMIT_REPORT_ROWS 10000
