namespace Netcd.Http2.Policy;

/// <summary>
/// The budgets of one connection for frames that cost more than they bring; figures in <see cref="Limits"/>.
/// </summary>
internal struct AbuseGuard(long frequency)
{
    private readonly long _frequency = frequency;
    private LeakyBucket _resets = new(Limits.ResetsBurst, Limits.ResetsPerSecond);
    private LeakyBucket _streamErrors = new(Limits.StreamErrorsBurst, Limits.StreamErrorsPerSecond);
    private LeakyBucket _nuisance = new(Limits.NuisanceBurst, Limits.NuisancePerSecond, Limits.NuisanceCreditMax);

    /// <summary>A stream ended without an answer by the client's wish, or was refused.</summary>
    public bool TryReset(long now) => _resets.TryCharge(1, now, _frequency);

    /// <summary>A stream had to be reset for what its client did.</summary>
    public bool TryStreamError(long now) => _streamErrors.TryCharge(1, now, _frequency);

    /// <summary>A frame came that carries nothing.</summary>
    public bool TryNuisance(int weight, long now) => _nuisance.TryCharge(weight, now, _frequency);

    public void OnUsefulFrame() => _nuisance.Credit(Limits.NuisancePerUsefulFrame);

    public void OnStreamFinished() => _resets.Credit(1);
}
