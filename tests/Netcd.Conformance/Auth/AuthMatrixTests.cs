using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;
using Xunit.Abstractions;

namespace Netcd.Conformance.Auth;

/// <summary>
/// Real etcd 3.5.30 and netcd are asked the same by everybody, and give the same verdict; where not, the reason is in
/// <see cref="KnownDifferences"/>. NETCD_AUTH_DEPTH sets how deep transactions are nested.
/// </summary>
public sealed class AuthMatrixTests(ITestOutputHelper output)
{
    private const int DepthDefault = 2;
    private const int ShownMax = 40;

    // Cells that a machine out of time may leave without a verdict at first, or without one that can be compared.
    private const int AskedAgainMax = 10;
    private const int UndecidedMax = 5;

    private static readonly Identity[] Everybody =
    [
        new("nobody"), new("bad token", Token: "forged.1"), new("no token form", Token: "forged"),
        new("empty token", Token: ""), new("expired", Token: "expired"), new("deleted", Token: "deleted"),
        new("certificate", Certificate: "reader"), new("unknown certificate", Certificate: "stranger"),
        new("certificate of the gateway", Certificate: "reader", IsGateway: true),
        new("token over certificate", User: "writer", Certificate: "reader"),
        new("bad token over certificate", Token: "forged.1", Certificate: "reader"),
        new("reader", User: "reader"), new("writer", User: "writer"), new("both", User: "both"),
        new("root", User: "root"),
    ];

    private static int Depth => Counts.Read("NETCD_AUTH_DEPTH", DepthDefault);

    [Fact]
    public async Task Everybody_gets_the_verdicts_of_etcd_with_auth_on_and_off()
    {
        using var directory = new TemporaryDirectory();
        var certificates = new TestCertificates(directory.File("pki")).WithKubeadmSet();
        certificates.Issue("reader", "reader", server: false, client: true);
        certificates.Issue("stranger", "stranger", server: false, client: true);
        await using var go = await AuthWorld.StartAsync(ServerKind.Go, directory.File("go"), certificates);
        await using var netcd = await AuthWorld.StartAsync(ServerKind.Netcd, directory.File("netcd"), certificates);
        await Task.WhenAll(go.FillAsync(), netcd.FillAsync());
        var report = new MatrixReport();
        for (var i = 0; i < Everybody.Length; i++)
        {
            await Task.WhenAll(go.GrantLeasesAsync(1000 * (i + 1)), netcd.GrantLeasesAsync(1000 * (i + 1)));
            await CompareAsync(go, netcd, Everybody[i], $"on{i}", 1000 * (i + 1), Depth, report);
        }

        await Task.WhenAll(go.DisableAsync(), netcd.DisableAsync());
        foreach (var (i, identity) in Everybody.Where(IsAskedWithAuthOff).Index())
        {
            await CompareAsync(go, netcd, identity, $"off{i}", 1000 * (i + 1), depth: 1, report);
        }

        output.WriteLine(report.Summary);
        Assert.True(report.Unexplained.Count == 0, string.Join('\n', report.Unexplained.Take(ShownMax)));
        Assert.True(report.AskedAgain <= AskedAgainMax && report.Undecided <= UndecidedMax, report.Summary);
        Assert.False(netcd.Server.HasExited);
    }

    private static bool IsAskedWithAuthOff(Identity identity) =>
        identity.Name is "nobody" or "bad token" or "certificate" or "reader";

    private static async Task CompareAsync(
        AuthWorld go, AuthWorld netcd, Identity identity, string name, long leases, int depth, MatrixReport report)
    {
        var cells = AuthMatrix.Cells(name, leases, go.PeerUrl, depth)
            .Zip(AuthMatrix.Cells(name, leases, netcd.PeerUrl, depth));
        foreach (var (goCell, netcdCell) in cells)
        {
            // With auth off some of it would wait for ever, or turn auth on.
            if (name.StartsWith("off", StringComparison.Ordinal) && goCell.Path.EndsWith("AuthEnable"))
            {
                continue;
            }

            var answers = await Task.WhenAll(go.AskAsync(identity, goCell), netcd.AskAsync(identity, netcdCell));
            report.Add(identity, goCell, answers[0], answers[1]);
        }
    }
}
