using System.Text;

namespace Netcd.Mvcc.Tests.Auth.Passwords;

public sealed class BcryptTests
{
    // crypt_blowfish 1.3 and golang.org/x/crypto/bcrypt; the last two were made by etcd 3.5.30.
    [Theory]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*")]
    [InlineData("$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "U*U*U")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy", "")]
    [InlineData("$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga", "allmine")]
    public void Known_hashes_are_those_of_their_passwords(string stored, string password)
    {
        Assert.True(Bcrypt.Verify(Bytes(stored), Bytes(password)));
        Assert.False(Bcrypt.Verify(Bytes(stored), Bytes(password + "x")));
    }

    [Fact]
    public void Hash_has_Go_s_stored_form_and_a_salt_of_its_own()
    {
        var first = Encoding.ASCII.GetString(Bcrypt.Hash("secret"u8, 4));
        var second = Encoding.ASCII.GetString(Bcrypt.Hash("secret"u8, 4));
        Assert.Matches("^\\$2a\\$04\\$[./A-Za-z0-9]{53}$", first);
        Assert.NotEqual(first, second);
        Assert.True(Bcrypt.Verify(Bytes(first), "secret"u8));
        Assert.False(Bcrypt.Verify(Bytes(second), "Secret"u8));
    }

    [Fact]
    public void Only_72_bytes_count_and_zero_bytes_do()
    {
        var password = Enumerable.Repeat((byte)'a', 72).ToArray();
        var stored = Bcrypt.Hash(password, 4);
        Assert.True(Bcrypt.Verify(stored, [.. password, (byte)'x']));
        Assert.False(Bcrypt.Verify(stored, password.AsSpan(0, 71)));
        byte[] withZero = [1, 0, 2];
        Assert.False(Bcrypt.Verify(Bcrypt.Hash(withZero, 4), [1]));
        Assert.True(Bcrypt.Verify(Bcrypt.Hash(withZero, 4), withZero));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no hash at all")]
    [InlineData("$1$04$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy0")]
    [InlineData("$3a$04$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy")]
    [InlineData("$2a$03$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy")]
    [InlineData("$2a$32$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy")]
    [InlineData("$2a$xx$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy")]
    [InlineData("$2a$04$!!CCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy")]
    [InlineData("$2a$04$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWN")]
    public void What_is_no_hash_is_nobody_s(string stored) => Assert.False(Bcrypt.Verify(Bytes(stored), []));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
