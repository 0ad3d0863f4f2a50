using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Commands.Mirror;
using Netcd.Disk;

namespace Netcd.Ctl.Session;

/// <summary>
/// The framework reads all certificates that the system trusts before its first TLS connection, also when it is told to
/// trust others only: 36 of the 54 ms that a command over TLS takes (140 files of Debian's ca-certificates). It asks
/// OpenSSL's variables where they are, and is shown nothing where no certificate of theirs would count.
/// </summary>
internal static class SystemCertificates
{
    public static void LeaveOutIfUnused(Invocation invocation, EtcdClientOptions options)
    {
        // A mirror's destination may have a certificate that the system trusts, whoever signed the source's.
        if (options.Tls is { CaFile.Length: > 0 } && invocation.Command.Name != MakeMirrorCommand.Name)
        {
            LibraryEnvironment.Set("SSL_CERT_DIR", "");
            LibraryEnvironment.Set("SSL_CERT_FILE", "");
        }
    }
}
