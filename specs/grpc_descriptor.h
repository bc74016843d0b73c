/*
 * grpc_descriptor: a google.protobuf.FileDescriptorSet (descriptor.proto, what
 * `protoc --descriptor_set_out` writes) as operations: one for each method of
 * each service, POST /package.Service/Method. Messages are not looked into.
 *
 *	if (descriptor_reads(name))
 *		status = descriptor_load(files, name, &arena, problems, &openapi);
 *
 * Owns     nothing but the routes: openapi_finish. Its texts are in the arena.
 */
#pragma once

#include "specs/openapi.h"

bool descriptor_reads(const char *name); /* by its suffix: .pb, .protoset, .desc, .binpb */

/* STATUS_NOT_FOUND without a problem: the caller knows who named it. STATUS_INVALID: refused, with at least
 * one error. */
MUST_CHECK enum status descriptor_load(const struct spec_files *files, const char *name, struct arena *arena,
				       struct problems *problems, struct openapi *out_openapi);
