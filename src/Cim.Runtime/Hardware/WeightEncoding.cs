namespace Cim.Runtime.Hardware;

/// <summary>How a signed weight becomes cell conductances.</summary>
internal enum WeightEncoding
{
    /// <summary>Two cells per slice: one holds the magnitude, the other is off.</summary>
    Differential,

    /// <summary>Two cells per slice, moved symmetrically around the middle conductance.</summary>
    DifferentialTwoSided,

    /// <summary>One cell per slice holds w + 2^(bits-1); the offset times the sum of inputs is subtracted digitally.</summary>
    Offset,

    /// <summary>One cell per slice holds the two's complement bits; the most significant slice counts negative.</summary>
    TwosComplement,

    /// <summary>
    /// One cell per slice holds the magnitude of a weight that is never negative: a column of one half of differential pairs, which
    /// outputs share by adding or subtracting what it gives. Of blocks only, never of a hardware profile.
    /// </summary>
    Unsigned,
}
