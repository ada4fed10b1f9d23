#!/bin/sh
# Installs, from Debian, the programs that the peer tests talk to or run: mail servers, name servers,
# and tools that ask them. Safe to run again: what is there is left as it is. Starts no service, now
# or at boot, so that no port is taken; the tests start the programs themselves, with configurations
# of their own.
set -eu

PACKAGES='postfix swaks libnet-ssleay-perl strace iproute2 libxml2-utils
  bind9 bind9-utils bind9-dnsutils knot knot-dnsutils nsd unbound zonemaster-cli
  libevent-2.1-7 libdb5.3'
# As a package it would remove Postfix, so it is unpacked beside; the last line above is its
# libraries.
OPENSMTPD=/var/cache/fingerpost-peers/opensmtpd
POLICY=/usr/sbin/policy-rc.d
export DEBIAN_FRONTEND=noninteractive

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=''
for package in $PACKAGES; do
  is_installed "$package" || missing="$missing $package"
done
unpack=''
[ -x "$OPENSMTPD/usr/sbin/smtpd" ] || unpack=' opensmtpd'
if [ -z "$missing$unpack" ]; then
  echo 'peers: all are installed'
  exit 0
fi
if [ "$(id -u)" != 0 ]; then
  echo "peers: missing:$missing$unpack; run this as root" >&2
  exit 1
fi

fresh=''
policy=''
trap 'rm -rf $policy $fresh' EXIT
trap 'exit 1' HUP INT TERM

# Debian asks this file before it starts a service; 101 means "no" (policy-rc.d(8)).
if [ ! -e "$POLICY" ]; then
  policy="$POLICY"
  printf '#!/bin/sh\nexit 101\n' >"$POLICY"
  chmod 755 "$POLICY"
fi

echo "peers: installing$missing$unpack"
apt-get update -qq
if [ -n "$missing" ]; then
  # Already answered, so that the package of Postfix makes no main.cf and asks nothing.
  if command -v debconf-set-selections >/dev/null; then
    echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
  fi
  # shellcheck disable=SC2086 # A list of words.
  apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $missing >/dev/null
fi
if [ -n "$unpack" ]; then
  fresh=$(mktemp -d /tmp/fp-opensmtpd-XXXXXX)
  # apt downloads as a user of its own.
  chmod 777 "$fresh"
  (cd "$fresh" && apt-get download -qq opensmtpd >/dev/null && dpkg -x ./*.deb unpacked)
  mkdir -p "${OPENSMTPD%/*}"
  rm -rf "$OPENSMTPD"
  mv "$fresh/unpacked" "$OPENSMTPD"
fi

# Debian enables the services of what it installs for the next boot; those of before are not ours.
for pair in postfix:postfix nsd:nsd knot:knot unbound:unbound bind9:named; do
  case "$missing " in
    *" ${pair%:*} "*) systemctl disable -q "${pair#*:}" 2>/dev/null || true ;;
  esac
done
