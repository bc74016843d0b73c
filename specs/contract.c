#include "specs/contract.h"

#include "parsers/base/check.h"
#include "specs/contract_store.h"

size_t contract_partner_count(const struct contract *contract)
{
	return contract->partner_count;
}

const struct partner *contract_partner_at(const struct contract *contract, size_t index)
{
	CHECK(index < contract->partner_count);
	return &contract->partners[index];
}

size_t contract_api_count(const struct contract *contract)
{
	return contract->api_count;
}

const struct api *contract_api_at(const struct contract *contract, size_t index)
{
	CHECK(index < contract->api_count);
	return contract->apis[index];
}

bool contract_is_empty(const struct contract *contract)
{
	return contract->api_count == 0;
}
