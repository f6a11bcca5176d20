using Cim.Runtime.Hardware;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Crossbar;

/// <summary>
/// Bytes depend neither on threads nor, with <see cref="Operators.InstructionSetTests"/> which runs the same networks in child
/// processes, on the instruction set.
/// </summary>
public sealed class DeterminismTests
{
    private const int Images = 7;

    public static TheoryData<string, Fidelity> Cases
    {
        get
        {
            var data = new TheoryData<string, Fidelity>();
            foreach ((string name, _) in CrossbarDigest.Hardware)
            foreach (Fidelity fidelity in Enum.GetValues<Fidelity>())
                data.Add(name, fidelity);
            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void One_two_and_seven_threads_give_the_same_bytes(string hardware, Fidelity fidelity)
    {
        HardwareProfile profile = CrossbarDigest.Hardware.First(h => h.Name == hardware).Profile;
        byte[] expected = CrossbarDigest.Run(profile, fidelity, Images, 1);
        Assert.Equal(expected, CrossbarDigest.Run(profile, fidelity, Images, 2));
        Assert.Equal(expected, CrossbarDigest.Run(profile, fidelity, Images, 7));
        // The scores are alive: the ten of an image differ, and so do those of different images.
        Assert.True(expected.Chunk(4).Select(c => BitConverter.ToSingle(c)).Distinct().Count() > 30);
    }
}
