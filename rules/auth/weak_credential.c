#include "rules/auth/auth.h"
#include "rules/evidence.h"

#define PASSWORD_LEN_MIN 8

/* What guessers try first, and what devices and servers are delivered with. Nothing but the program's own
 * memory ever holds what is compared with it. */
/* clang-format off */
static const char *const known[] = {
	"00000000", "11111111", "12345678", "123456789", "1234567890", "0123456789", "87654321", "88888888",
	"1q2w3e4r", "1qaz2wsx", "abcd1234", "admin123", "administrator", "adminadmin", "asdfghjkl", "baseball",
	"changeit", "changeme", "changeme123", "computer", "default123", "dragon123", "football", "iloveyou",
	"internet", "letmein1", "letmein123", "manager1", "michelle", "monkey123", "p@ssw0rd", "p@ssword",
	"pass1234", "passw0rd", "passw0rd1", "password", "password!", "password1", "password12", "password123",
	"password1234", "princess", "qwerty12", "qwerty123", "qwertyui", "qwertyuiop", "secret123", "sunshine",
	"superman", "superuser", "support1", "sysadmin", "system32", "test1234", "testtest", "tomcat123",
	"trustno1", "user1234", "welcome1", "welcome123", "whatever", "zaq12wsx",
};
/* clang-format on */

static const char *weakness(const struct credential *basic)
{
	if (basic->password.len == 0)
		return "empty";
	if (bytes_equal_nocase(basic->password, basic->user))
		return "the same as the user name";
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (bytes_equal_nocase(basic->password, bytes_of(known[i])))
			return "one of a list of well-known ones";
	}
	return basic->password.len < PASSWORD_LEN_MIN ? "shorter than eight characters" : NULL;
}

/* A key given as the user name, with nothing as password, is a habit of payment APIs and no password at all.
 */
static bool is_key(const struct credential *basic)
{
	return (basic->password.len == 0 || bytes_equal(basic->password, BYTES("x"))) &&
	       basic->user.len >= 16;
}

/* A guess that was refused is the guesser's: only one that was taken is somebody's password. */
void auth_weak_credential(const struct evidence *evidence, struct findings *out)
{
	const struct credential *basic = credentials_of(evidence->credentials, CREDENTIAL_BASIC);
	const char *why;
	struct finding *finding;

	if (basic == NULL || basic->is_malformed || is_key(basic) || !evidence_is_accepted(evidence))
		return;
	why = weakness(basic);
	finding = why == NULL ? NULL : findings_add(out, "auth.weak_credential");
	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_HEADER, basic->name);
	finding->expected = BYTES("a password that is hard to guess");
	finding->observed = bytes_of(why);
	finding_say(finding, out->arena, "A weak password was accepted (%s): " BYTES_FORMAT, why,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}
