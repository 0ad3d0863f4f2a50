using System.Text;
using Netcd.Proxy.Cluster;

namespace Netcd.Proxy.Tests.Cluster;

public sealed class RegistrationTests
{
    [Fact]
    public void A_registration_is_written_as_etcds_proxy_writes_it()
    {
        var registration = new Registration("127.0.0.1:23790", ProxyName.Encode("host"));
        Assert.Equal(
            """{"Op":0,"Addr":"127.0.0.1:23790","Metadata":"{\"name\":\"host\"}"}""", registration.Encode());
        Assert.True(Registration.TryDecode(Encoding.UTF8.GetBytes(registration.Encode()), out var read));
        Assert.Equal(registration, read);
        Assert.True(ProxyName.TryDecode(read.Metadata, out var name));
        Assert.Equal("host", name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"Addr\":")]
    public void What_is_no_registration_is_none(string text) =>
        Assert.False(Registration.TryDecode(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("",            false, "")]
    [InlineData("null",        false, "")]
    [InlineData("{}",          true,  "")]
    [InlineData("{\"name\":1}", true,  "")]
    public void A_name_is_read_from_an_object_only(string metadata, bool isGood, string name)
    {
        Assert.Equal(isGood, ProxyName.TryDecode(metadata, out var read));
        Assert.Equal(name, read);
    }
}
