#!/usr/bin/python3
"""How right the data scan is, over labelled texts, and how right plain patterns are on the same texts.

usage: accuracy.py --scan SCAN_TEXTS [--verbose]

SPECULAR_CORPUS names the folder of the open test data; without it the test is skipped.

Three tables: payloads with planted values and look-alikes (binding), check digit vectors (binding: what is no such
number must not be found, what is must, where the class is shipped), and the cases of another tool's recognisers,
which carry that tool's opinions and bind nobody.
"""
import argparse
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

# The corpus's names of classes.
PAYLOADS = {
    "US_SSN": "us_ssn", "CREDIT_CARD": "pan", "IBAN": "iban", "EMAIL": "email", "JWT": "jwt",
    "PEM_PRIVATE_KEY": "private_key", "PHONE": "phone_e164", "US_ABA": "us_aba_routing", "US_NPI": "us_npi",
    "US_DEA": "us_dea", "CA_SIN": "ca_sin", "BR_CPF": "br_cpf", "BR_CNPJ": "br_cnpj", "UK_NHS": "uk_nhs",
    "DE_STEUER_ID": "de_steuer_id", "IT_CF": "it_codice_fiscale", "ES_DNI": "es_dni", "ES_NIE": "es_nie",
    "PL_PESEL": "pl_pesel", "IN_AADHAAR": "in_aadhaar", "AU_TFN": "au_tfn", "AU_ABN": "au_abn",
    "SG_NRIC": "sg_nric", "IMEI": "imei", "VIN": "vin", "PASSPORT_MRZ": "passport_mrz", "ICD10": "health_icd10",
    "DOB": "dob", "IPV4": "ipv4", "IPV6": "ipv6", "MAC": "mac", "GEO": "geo_coordinates",
}
# Of a form alone, without a check digit: the lower goal.
WEAK = {"email", "phone_e164", "health_icd10", "dob", "geo_coordinates", "ipv4", "ipv6", "mac", "jwt", "private_key",
        "us_ssn"}
VALIDATORS = {
    "ar.cuit": "ar_cuit", "au.abn": "au_abn", "be.ssn": "be_rrn", "bg.egn": "bg_egn", "ch.ssn": "ch_ahv",
    "cl.rut": "cl_rut", "cn.ric": "cn_resident_id", "de.idnr": "de_steuer_id", "es.dni": "es_dni",
    "es.nie": "es_nie", "fi.hetu": "fi_hetu", "fr.nir": "fr_nir", "gb.nhs": "uk_nhs", "gr.amka": "gr_amka",
    "iban": "iban", "imei": "imei", "imo": "imo_ship", "ean": "gtin", "luhn": None, "pl.pesel": "pl_pesel",
    "ro.cnp": "ro_cnp", "us.ssn": "us_ssn", "us.itin": "us_itin", "us.rtn": "us_aba_routing", "za.idnr": "za_id",
    "tr.tckimlik": "tr_kimlik", "no.fodselsnummer": "no_fnr", "nl.bsn": "nl_bsn", "se.personnummer": "se_personnummer",
    "pt.nif": "pt_nif", "mx.curp": "mx_curp", "il.idnr": "il_id", "kr.rrn": "kr_rrn", "th.pin": "th_id",
    "nz.ird": "nz_ird", "in_.pan": "in_pan", "in_.aadhaar": "in_aadhaar", "in_.gstin": "in_gstin",
    "it.codicefiscale": "it_codice_fiscale", "lei": None, "br.cpf": "br_cpf", "br.cnpj": "br_cnpj", "bic": "bic",
    "imsi": "imsi", "eu.vat": "eu_vat", "us.ein": "us_ein", "dk.cpr": "dk_cpr", "cz.rc": "cz_rc",
    "at.vnr": "at_svnr", "ie.pps": "ie_pps", "co.nit": "co_nit",
}
CASES = {
    "US_SSN": "us_ssn", "CREDIT_CARD": "pan", "IBAN_CODE": "iban", "EMAIL_ADDRESS": "email", "IN_PAN": "in_pan",
    "FI_PERSONAL_IDENTITY_CODE": "fi_hetu", "IT_FISCAL_CODE": "it_codice_fiscale", "KR_RRN": "kr_rrn",
    "AU_TFN": "au_tfn", "US_PASSPORT": "us_passport", "US_BANK_NUMBER": "us_bank_account", "IP_ADDRESS": None,
    "DE_SOCIAL_SECURITY": "de_rvnr", "DE_HEALTH_INSURANCE": "de_kvnr",
}
# Patterns without check digits or words, as other sensors ship them, written from their descriptions.
PLAIN = {
    "us_ssn": r"\b\d{3}-\d{2}-\d{4}\b|\b\d{9}\b", "pan": r"\b(?:\d[ -]?){12,18}\d\b",
    "email": r"[\w.+-]+@[\w-]+\.[\w.-]+", "iban": r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b",
    "phone_e164": r"\+?\b\d{1,3}[ -.]?\(?\d{3}\)?[ -.]?\d{3}[ -.]?\d{4}\b", "ca_sin": r"\b\d{9}\b",
    "uk_nhs": r"\b\d{10}\b", "in_aadhaar": r"\b\d{4} ?\d{4} ?\d{4}\b", "vin": r"\b[A-HJ-NPR-Z0-9]{17}\b",
    "jwt": r"eyJ[\w-]+\.[\w-]+\.[\w-]*", "ipv4": r"\b(?:\d{1,3}\.){3}\d{1,3}\b", "imei": r"\b\d{15}\b",
    "mac": r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b", "br_cpf": r"\b\d{3}\.?\d{3}\.?\d{3}-?\d{2}\b",
    "us_aba_routing": r"\b\d{9}\b", "de_steuer_id": r"\b\d{11}\b", "pl_pesel": r"\b\d{11}\b",
}
PROBLEMS = []


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def scan(program, requests):
    """The classes found in each text, with their counts."""
    text = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([program], input=text.encode(), capture_output=True, timeout=500, check=True)
    lines = done.stdout.decode().split("\n")[:-1]
    if len(lines) != len(requests):
        raise SystemExit(f"{len(lines)} answers to {len(requests)} texts")
    return [Counter(dict(zip(words[::2], map(int, words[1::2])))) for words in (line.split() for line in lines)]


def share(part, whole):
    return part / whole if whole else 1.0


class Tally:
    def __init__(self):
        self.planted, self.hits, self.found = Counter(), Counter(), Counter()

    def add(self, name, planted, hits):
        self.planted[name] += planted
        self.hits[name] += hits
        self.found[name] += min(planted, hits)

    def figures(self, name):
        return share(self.found[name], self.hits[name]), share(self.found[name], self.planted[name])


def require(name, value, goal):
    if value < goal:
        PROBLEMS.append(f"{name}: {value:.3f} is below {goal}")


def check_payloads(options, folder):
    rows = rows_of(folder / "synthetic-payloads.jsonl")
    ours, plain = Tally(), Tally()
    answers = scan(options.scan, [{"format": row["format"], "text": row["text"]} for row in rows])
    for row, hits in zip(rows, answers):
        planted = Counter(span["type"] for span in row["spans"])
        for kind, name in PAYLOADS.items():
            ours.add(name, planted[kind], hits[name])
            if options.verbose and planted[kind] != hits[name]:
                print(row["id"], row["format"], name, "planted", planted[kind], "hits", hits[name])
            if name in PLAIN:
                plain.add(name, planted[kind], len(re.findall(PLAIN[name], row["text"])))
    print(f"{len(rows)} payloads: JSON, form, query, XML, text\n")
    print(f"{'class':20} {'planted':>7} {'precision':>9} {'recall':>7}   plain patterns: precision, recall")
    for name in PAYLOADS.values():
        precision, recall = ours.figures(name)
        beside = "  ".join(f"{x:.3f}" for x in plain.figures(name)) if name in PLAIN else "-"
        print(f"{name:20} {ours.planted[name]:7} {precision:9.3f} {recall:7.3f}   {beside}")
        require(f"payloads {name} precision", precision, 0.9 if name in WEAK else 0.99)
        require(f"payloads {name} recall", recall, 0.9 if name in WEAK else 0.95)


def check_validators(options, folder):
    figures = defaultdict(Counter)
    rows = [row for path in sorted((folder / "validators").glob("*.jsonl")) for row in rows_of(path)
            if VALIDATORS.get(row["type"])]
    answers = scan(options.scan, [{"class": VALIDATORS[row["type"]], "text": row["text"]} for row in rows])
    for row, hits in zip(rows, answers):
        name = VALIDATORS[row["type"]]
        outcome = ("valid" if row["valid"] else "invalid", "found" if hits[name] else "silent")
        figures[name][outcome] += 1
        if options.verbose and row["valid"] != bool(hits[name]):
            print(row["type"], name, row["text"], *outcome, row["reason"])
    print(f"\n{'check digits':20} {'valid found':>12} {'invalid found':>14}")
    right = wrong = valid = 0
    for name, counts in sorted(figures.items()):
        all_valid = counts["valid", "found"] + counts["valid", "silent"]
        all_invalid = counts["invalid", "found"] + counts["invalid", "silent"]
        print(f"{name:20} {counts['valid', 'found']:6} of {all_valid:3} {counts['invalid', 'found']:8} of {all_invalid:3}")
        right, wrong, valid = right + counts["valid", "found"], wrong + counts["invalid", "found"], valid + all_valid
    print(f"{'all':20} precision {share(right, right + wrong):.3f} recall {share(right, valid):.3f}")
    require("check digits precision", share(right, right + wrong), 0.99)
    require("check digits recall", share(right, valid), 0.95)


def check_cases(options, folder):
    rows = [row for path in sorted(folder.glob("presidio.*.jsonl")) for row in rows_of(path) if CASES.get(row["type"])]
    answers = scan(options.scan, [{"class": CASES[row["type"]], "text": row["text"]} for row in rows])
    ours = Tally()
    for row, hits in zip(rows, answers):
        name = CASES[row["type"]]
        ours.add(name, len(row["expected"]), hits[name])
        if options.verbose and len(row["expected"]) != hits[name]:
            print(name, row["text"], len(row["expected"]), hits[name])
    print(f"\n{'cases (not binding)':20} {'planted':>7} {'precision':>9} {'recall':>7}")
    for name in sorted(ours.planted):
        precision, recall = ours.figures(name)
        print(f"{name:20} {ours.planted[name]:7} {precision:9.3f} {recall:7.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--scan", required=True)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    if not os.environ.get("SPECULAR_CORPUS"):
        print("skipped: SPECULAR_CORPUS does not name the folder of the open test data")
        return 77
    folder = Path(os.environ["SPECULAR_CORPUS"]) / "pii"
    check_payloads(options, folder)
    check_validators(options, folder)
    check_cases(options, folder)
    for problem in PROBLEMS:
        print("FAIL", problem)
    return 1 if PROBLEMS else 0


sys.exit(main())
