using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using CsCheck;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>A small layer, its bits, and a machine of small arrays.</summary>
internal sealed record MappingCase(LayerShape Shape, int WeightBits, int ActivationBits, HardwareProfile Profile)
{
    private static readonly Gen<LayerShape> _shapes = Gen.Frequency(
        (2, ShapesOf(Gen.Const(1), rows: 69, columns: 19)), (1, ShapesOf(Gen.Int[1, 19], rows: 19, columns: 4)));

    /// <summary>Unsigned cells are those of blocks.</summary>
    private static readonly Gen<HardwareProfile> _arrays = Gen.Select(
        Gen.Int[1, 39], Gen.Int[2, 39], Gen.Int[1, 4], Gen.Int[0, 3], Gen.Int[1, 39],
        Gen.Enum<WeightEncoding>().Where(e => e != WeightEncoding.Unsigned),
        (rows, columns, cellBits, dacBits, perAdc, encoding) => HardwareProfiles.BuiltIn("isaac") with
        {
            Rows = rows, Columns = columns, CellBits = cellBits, DacBits = dacBits, ColumnsPerAdc = perAdc, Encoding = encoding,
        });

    private static readonly Gen<HardwareProfile> _profiles = Gen.Select(
        _arrays, Gen.Bool, Gen.Bool, Gen.Bool, (profile, signBit, perSlice, pipelined) => profile with
        {
            SignBitInSlices = signBit, AdcPerInputSlice = perSlice, PipelinedConversion = pipelined,
        });

    public static Gen<MappingCase> Any { get; } = Gen.Select(
        _shapes, Gen.Int[1, 8], Gen.Int[1, 8], _profiles,
        (shape, weightBits, activationBits, profile) => new MappingCase(shape, weightBits, activationBits, profile));

    private static Gen<LayerShape> ShapesOf(Gen<int> groups, int rows, int columns) => Gen.Select(
        groups, Gen.Int[1, rows], Gen.Int[1, columns], Gen.Int[1, 3], (g, r, c, mvms) => new LayerShape("layer", g, r, c, mvms));
}
