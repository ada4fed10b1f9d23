#!/bin/sh
# Installs, from Debian, the programs that the peer tests talk to: Postfix, swaks, dig, kdig, NSD and
# strace. Safe to run again: what is there is left as it is. Starts no service, now or at boot, so
# that no port is taken; the tests start the programs themselves, with configurations of their own.
set -eu

PACKAGES='postfix swaks libnet-ssleay-perl bind9-dnsutils knot-dnsutils nsd strace'
POLICY=/usr/sbin/policy-rc.d
export DEBIAN_FRONTEND=noninteractive

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=''
for package in $PACKAGES; do
  is_installed "$package" || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo 'peers: all are installed'
  exit 0
fi
if [ "$(id -u)" != 0 ]; then
  echo "peers: missing:$missing; run this as root" >&2
  exit 1
fi

# Debian asks this file before it starts a service; 101 means "no" (policy-rc.d(8)).
if [ ! -e "$POLICY" ]; then
  trap 'rm -f "$POLICY"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\nexit 101\n' >"$POLICY"
  chmod 755 "$POLICY"
fi

echo "peers: installing$missing"
apt-get update -qq
# Already answered, so that the package of Postfix makes no main.cf and asks nothing.
if command -v debconf-set-selections >/dev/null; then
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
fi
# shellcheck disable=SC2086 # A list of words.
apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $missing >/dev/null

# Debian enables the services of what it installs for the next boot; those of before are not ours.
for service in postfix nsd; do
  case "$missing " in
    *" $service "*) systemctl disable -q "$service" 2>/dev/null || true ;;
  esac
done
