using System.Text;

namespace Netcd.Daemon.Flags;

/// <summary>The texts of <c>--help</c>.</summary>
internal static class Usage
{
    public const string Line =
        """
        Usage:

          etcd [flags]
            Start an etcd server.

          etcd --version
            Show the version of etcd.

          etcd -h | --help
            Show the help information about etcd.

          etcd --config-file
            Path to the server configuration file. Note that if a configuration file is provided, other command line
            flags and environment variables will be ignored.

          etcd gateway
            Run the stateless pass-through etcd TCP connection forwarding proxy.

          etcd grpc-proxy
            Run the stateless etcd v3 gRPC L7 reverse proxy.

        """;

    /// <summary>All flags by section.</summary>
    public static string Flags()
    {
        var text = new StringBuilder();
        foreach (var section in FlagTable.All.Where(flag => flag.Help.Length > 0).GroupBy(flag => flag.Section))
        {
            text.Append(section.Key).Append(":\n");
            foreach (var flag in section)
            {
                text.Append("  --").Append(flag.Name).Append(" '").Append(flag.Default).Append("'\n    ")
                    .Append(flag.Help).Append('\n');
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
