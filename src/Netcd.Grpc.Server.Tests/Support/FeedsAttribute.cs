using System.Reflection;
using Xunit.Sdk;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>Runs a theory on both HTTP/2 implementations: what they answer must be the same.</summary>
public sealed class FeedsAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Feed.Kestrel], [Feed.Codec]];
}
