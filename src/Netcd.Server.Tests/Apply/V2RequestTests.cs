using Netcd.Base;
using Netcd.Server.Apply;

namespace Netcd.Server.Tests.Apply;

public sealed class V2RequestTests
{
    [Theory]
    [InlineData("PUT", "/0/members/6803b3643a72a755/attributes", 0x6803b3643a72a755)]
    [InlineData("PUT", "/0/members/1/attributes", 1)]
    [InlineData("POST", "/0/members/1/attributes", 0)]
    [InlineData("PUT", "/0/members/1/raftAttributes", 0)]
    [InlineData("PUT", "/0/members/attributes", 0)]
    [InlineData("PUT", "/0/members//attributes", 0)]
    [InlineData("PUT", "/0/members/10000000000000000/attributes", 0)]
    [InlineData("PUT", "/0/members/00000000000000001/attributes", 0)]
    [InlineData("PUT", "/0/version", 0)]
    public void Only_the_attributes_of_a_member_publish_it(string method, string path, ulong member)
    {
        var request = new V2Request(method, path, """{"name":"m"}""");

        Assert.Equal(member != 0, request.TryReadAttributes(out var found));
        Assert.Equal(new MemberId(member), found.Id);
    }
}
