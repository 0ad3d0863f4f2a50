using Netcd.Client;
using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>The client's settings out of the global flags; source: etcdctl/ctlv3/command/global.go.</summary>
internal static class ClientSettings
{
    public static EtcdClientOptions Read(Invocation invocation, IReadOnlyList<string> endpoints)
    {
        var certificate = PathOf(invocation, GlobalFlags.Cert);
        var key = PathOf(invocation, GlobalFlags.Key);
        var authorities = PathOf(invocation, GlobalFlags.CaCert);
        var (user, password) = Credentials(
            invocation.Console,
            invocation.Text(GlobalFlags.User),
            invocation.Text(GlobalFlags.Password),
            "Password: ");
        var domain = invocation.Bool(GlobalFlags.InsecureDiscovery) ? "" : invocation.Text(GlobalFlags.DiscoverySrv);
        var defaults = new EtcdClientOptions { Endpoints = endpoints };
        return defaults with
        {
            SendBytesMax = Limit(invocation, GlobalFlags.MaxRequestBytes, defaults.SendBytesMax),
            ReceiveBytesMax = Limit(invocation, GlobalFlags.MaxRecvBytes, defaults.ReceiveBytesMax),
            DialTimeout = invocation.Duration(GlobalFlags.DialTimeout),
            KeepAliveTime = invocation.Duration(GlobalFlags.KeepAliveTime),
            KeepAliveTimeout = invocation.Duration(GlobalFlags.KeepAliveTimeout),
            Username = user,
            Password = password,
            Tls = Tls(
                new EtcdTlsOptions
                {
                    CertificateFile = certificate,
                    KeyFile = key,
                    CaFile = authorities,
                    ServerName = domain,
                    InsecureSkipVerify = invocation.Bool(GlobalFlags.InsecureSkipVerify),
                },
                invocation.Bool(GlobalFlags.InsecureTransport)),
        };
    }

    /// <summary>Null: no flag asks for TLS.</summary>
    public static EtcdTlsOptions? Tls(EtcdTlsOptions files, bool isInsecure) =>
        isInsecure && files is { CertificateFile: "", KeyFile: "", CaFile: "", ServerName: "" } ? null : files;

    /// <summary>User and password, the latter from the flag, from behind the colon or from the terminal.</summary>
    public static (string? User, string? Password) Credentials(
        ProgramConsole console, string user, string password, string prompt)
    {
        if (user.Length == 0)
        {
            return (null, null);
        }

        if (password.Length > 0)
        {
            return (user, password);
        }

        var parts = user.Split(':', 2);
        return parts.Length == 2 ? (parts[0], parts[1]) : (user, console.ReadSecret(prompt));
    }

    private static int Limit(Invocation invocation, string flag, int otherwise) =>
        invocation.Number(flag) is > 0 and <= int.MaxValue and var bytes ? (int)bytes : otherwise;

    private static string PathOf(Invocation invocation, string flag)
    {
        var path = invocation.Text(flag);
        return path.Length == 0 && invocation.Changed(flag)
            ? throw new ExitException(ExitCodes.BadArguments, $"empty string is passed to --{flag} option")
            : path;
    }
}
