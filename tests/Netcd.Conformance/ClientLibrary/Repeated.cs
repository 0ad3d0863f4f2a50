using Netcd.Client;
using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc;

namespace Netcd.Conformance.ClientLibrary;

/// <summary>Calls of the library that may be made twice, in clusters that have an election while they are made.</summary>
internal static class Repeated
{
    /// <summary>Makes a call until it is answered.</summary>
    public static async Task<T> AskAsync<T>(Func<Task<T>> call)
    {
        T? answer = default;
        await EtcdCluster.UntilAsync("the call is not answered", async () =>
        {
            try
            {
                answer = await call();
                return true;
            }
            catch (EtcdException problem) when (IsUndecided(problem))
            {
                return false;
            }
        });
        return answer!; // It was answered.
    }

    /// <summary>
    /// Whether the call may have been carried out or not. A proxy hands a member's text on without its code, as etcd's
    /// does.
    /// </summary>
    public static bool IsUndecided(EtcdException problem) =>
        problem.Code is StatusCode.Unavailable or StatusCode.DeadlineExceeded || Transient.IsSaidIn(problem.Message);
}
