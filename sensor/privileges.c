#include "sensor/privileges.h"

#include <cap-ng.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

bool privileges_drop(const char *user, char *error, size_t error_len)
{
	const struct passwd *account;

	if (user == NULL)
		user = "nobody";
	capng_clear(CAPNG_SELECT_BOTH);
	if (geteuid() == 0) {
		account = getpwnam(user);
		if (account == NULL) {
			snprintf(error, error_len, "there is no user %s: name another with --user", user);
			return false;
		}
		if (capng_change_id((int)account->pw_uid, (int)account->pw_gid,
				    CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) != 0) {
			snprintf(error, error_len, "cannot become %s", user);
			return false;
		}
	} else if (capng_apply(CAPNG_SELECT_CAPS) != 0) {
		snprintf(error, error_len, "cannot give up capabilities");
		return false;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || geteuid() == 0) {
		snprintf(error, error_len, "privileges are still there");
		return false;
	}
	return true;
}
