using Netcd.Base.Metrics;
using Netcd.Grpc;

namespace Netcd.Proxy.Calls;

/// <summary>
/// What is counted of one method's calls (go-grpc-prometheus). Its series appear with the first call, as in etcd's
/// proxy.
/// </summary>
internal sealed class MethodCounters(CallCounters all, string service, string name, string type)
{
    private Counter? _started;
    private Counter? _received;
    private Counter? _sent;

    public void Started() => (_started ??= all.Started.With(name, service, type)).Increment();

    public void Received() => (_received ??= all.Received.With(name, service, type)).Increment();

    public void Sent() => (_sent ??= all.Sent.With(name, service, type)).Increment();

    public void Handled(StatusCode code) => all.Handled.With(code.ToString(), name, service, type).Increment();
}
