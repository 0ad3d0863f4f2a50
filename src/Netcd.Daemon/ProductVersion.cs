using System.Reflection;
using System.Runtime.InteropServices;

namespace Netcd.Daemon;

/// <summary>What this program says it is.</summary>
internal static class ProductVersion
{
    /// <summary>The etcd release whose interfaces this is; clients switch features on by it.</summary>
    public const string Etcd = "3.6.14";

    /// <summary>Our own version.</summary>
    public static string Own { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    public static string Text =>
        $"""
        etcd Version: {Etcd}
        netcd Version: {Own}
        .NET Version: {Environment.Version}
        OS/Arch: linux/{Architecture}

        """;

    /// <summary>The architecture by Go's name.</summary>
    public static string Architecture => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
