using Netcd.Api.Errors;
using Netcd.Server;

namespace Netcd.Api.Tests.Errors;

public sealed class ErrorTableTests
{
    [Fact]
    public void Every_refusal_has_a_status()
    {
        foreach (var refusal in Enum.GetValues<Refusal>())
        {
            if (refusal != Refusal.None)
            {
                Assert.False(ErrorTable.For(refusal).IsOK);
                Assert.NotEmpty(ErrorTable.For(refusal).Message);
            }
        }
    }

    [Fact]
    public void Cancel_reason_is_printed_as_grpc_go_prints_a_status() =>
        Assert.Equal(
            "rpc error: code = PermissionDenied desc = etcdserver: permission denied",
            ErrorTable.AsText(ErrorTable.For(Refusal.PermissionDenied)));
}
