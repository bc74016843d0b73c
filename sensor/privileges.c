#include "sensor/privileges.h"

#include <cap-ng.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char *user_name(const char *user)
{
	return user != NULL ? user : "nobody";
}

static const struct passwd *account_of(const char *user)
{
	return getpwnam(user_name(user));
}

bool privileges_give(const char *path, const char *user)
{
	const struct passwd *account;

	if (geteuid() != 0)
		return true;
	account = account_of(user);
	return account != NULL && chown(path, account->pw_uid, account->pw_gid) == 0;
}

bool privileges_drop(const char *user, char *error, size_t error_len)
{
	const struct passwd *account;

	capng_clear(CAPNG_SELECT_BOTH);
	if (geteuid() == 0) {
		account = account_of(user);
		if (account == NULL) {
			snprintf(error, error_len, "there is no user %s: name another with --user",
				 user_name(user));
			return false;
		}
		if (capng_change_id((int)account->pw_uid, (int)account->pw_gid,
				    CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) != 0) {
			snprintf(error, error_len, "cannot become %s", user_name(user));
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
