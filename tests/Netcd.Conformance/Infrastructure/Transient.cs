namespace Netcd.Conformance.Infrastructure;

/// <summary>
/// What a member says that could not carry a request out in time: on a busy machine a cluster may change its leader at
/// any moment, and a disk may take longer for one sync than the seven seconds that etcd gives a request.
/// </summary>
internal static class Transient
{
    private static readonly string[] Texts =
        ["etcdserver: request timed out", "etcdserver: leader changed", "etcdserver: no leader"];

    /// <summary>
    /// Whether a status or what a program printed tells that. The request may have been carried out nevertheless, or
    /// may yet be.
    /// </summary>
    public static bool IsSaidIn(string text) =>
        Texts.Any(transient => text.Contains(transient, StringComparison.Ordinal));
}
