using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Tests.Wire;

public sealed class StatusMessageTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("etcdserver: no leader", "etcdserver: no leader")]
    [InlineData("100%", "100%25")]
    [InlineData("a\nb\r\0", "a%0Ab%0D%00")]
    [InlineData("naïve ☃ 😀", "na%C3%AFve %E2%98%83 %F0%9F%98%80")]
    public void Message_is_encoded_and_read_back(string message, string encoded)
    {
        Assert.Equal(encoded, StatusMessage.Encode(message));
        Assert.Equal(message, StatusMessage.Decode(encoded));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_becomes_the_replacement_character() =>
        Assert.Equal("%EF%BF%BD", StatusMessage.Encode("\ud83d"));

    [Theory]
    [InlineData("50%", "50%")]
    [InlineData("%zz", "%zz")]
    [InlineData("%4", "%4")]
    [InlineData("%41%4", "A%4")]
    public void Wrong_escapes_stand_for_themselves(string value, string message) =>
        Assert.Equal(message, StatusMessage.Decode(value));
}
