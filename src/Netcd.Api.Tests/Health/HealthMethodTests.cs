using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Health;
using ServingStatus = Netcd.Proto.Health.HealthCheckResponse.Types.ServingStatus;

namespace Netcd.Api.Tests.Health;

public sealed class HealthMethodTests
{
    private const string Service = "/grpc.health.v1.Health";

    [Fact]
    public async Task Server_as_a_whole_serves_and_nothing_else_is_known()
    {
        using var api = await TestApi.StartAsync();
        var answer = (await api.CallAsync($"{Service}/Check", new HealthCheckRequest())).As(HealthCheckResponse.Parser);
        Assert.Equal(ServingStatus.Serving, answer.Status);
        Assert.Equal(
            ErrorTable.UnknownHealthService,
            (await api.CallAsync($"{Service}/Check", new HealthCheckRequest { Service = "etcd" })).Status);
        var list = (await api.CallAsync($"{Service}/List", new HealthListRequest())).As(HealthListResponse.Parser);
        Assert.Equal(ServingStatus.Serving, Assert.Single(list.Statuses).Value.Status);
    }

    [Theory]
    [InlineData("", ServingStatus.Serving)]
    [InlineData("etcd", ServingStatus.ServiceUnknown)]
    public async Task Watch_tells_once_and_stays(string service, ServingStatus status)
    {
        using var api = await TestApi.StartAsync();
        var stream = api.Open($"{Service}/Watch");
        stream.Send(new HealthCheckRequest { Service = service });
        stream.HalfClose();
        Assert.Equal(status, (await stream.NextAsync(HealthCheckResponse.Parser)).Status);
        Assert.False(stream.End.IsCompleted);
        stream.Close();
    }

    /// <summary>The gate StopGRPCServiceOnDefrag, and without it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_defragmentation_stops_the_service_if_that_is_asked_for(bool stops)
    {
        using var api = await TestApi.StartAsync(options => options with { StopsOnDefragment = stops });
        var mayEnd = new TaskCompletionSource();
        api.Member.DefragmentMayEnd = mayEnd.Task;
        var watch = api.Open($"{Service}/Watch");
        watch.Send(new HealthCheckRequest());
        Assert.Equal(ServingStatus.Serving, (await watch.NextAsync(HealthCheckResponse.Parser)).Status);
        var defragment = api.CallAsync("/etcdserverpb.Maintenance/Defragment", new DefragmentRequest());

        var meanwhile = stops ? ServingStatus.NotServing : ServingStatus.Serving;
        var answer = (await api.CallAsync($"{Service}/Check", new HealthCheckRequest())).As(HealthCheckResponse.Parser);
        Assert.Equal(meanwhile, answer.Status);
        var list = (await api.CallAsync($"{Service}/List", new HealthListRequest())).As(HealthListResponse.Parser);
        Assert.Equal(meanwhile, Assert.Single(list.Statuses).Value.Status);

        mayEnd.SetResult();
        Assert.True((await defragment).Status.IsOK);
        answer = (await api.CallAsync($"{Service}/Check", new HealthCheckRequest())).As(HealthCheckResponse.Parser);
        Assert.Equal(ServingStatus.Serving, answer.Status);
        if (stops)
        {
            Assert.Equal(ServingStatus.NotServing, (await watch.NextAsync(HealthCheckResponse.Parser)).Status);
            Assert.Equal(ServingStatus.Serving, (await watch.NextAsync(HealthCheckResponse.Parser)).Status);
        }

        watch.Close();
    }

    // Recorded from Go etcd 3.5.30, whose health service has another decoder than the rest.
    [Theory]
    [InlineData("0a0561", "proto: cannot parse invalid wire-format data")]
    [InlineData("0000",   "proto: cannot parse invalid wire-format data")]
    [InlineData("0c",     "proto: cannot parse invalid wire-format data")]
    [InlineData("0a01ff", "string field contains invalid UTF-8")]
    public async Task Malformed_request_gets_the_text_of_its_own_decoder(string hex, string problem)
    {
        using var api = await TestApi.StartAsync();
        Assert.Equal(
            new Status(StatusCode.Internal, $"grpc: error unmarshalling request: {problem}"),
            (await api.CallAsync($"{Service}/Check", Convert.FromHexString(hex))).Status);
        Assert.True((await api.CallAsync($"{Service}/Check", [0x08, 0x01])).Status.IsOK);
    }
}
