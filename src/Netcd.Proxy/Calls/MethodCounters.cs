using Netcd.Base.Metrics;
using Netcd.Grpc;

namespace Netcd.Proxy.Calls;

/// <summary>What is counted of one method's calls (go-grpc-prometheus).</summary>
internal sealed class MethodCounters(CallCounters all, string service, string name, string type)
{
    private readonly Counter _started = all.Started.With(name, service, type);
    private readonly Counter _received = all.Received.With(name, service, type);
    private readonly Counter _sent = all.Sent.With(name, service, type);

    public void Started() => _started.Increment();

    public void Received() => _received.Increment();

    public void Sent() => _sent.Increment();

    public void Handled(StatusCode code) => all.Handled.With(code.ToString(), name, service, type).Increment();
}
