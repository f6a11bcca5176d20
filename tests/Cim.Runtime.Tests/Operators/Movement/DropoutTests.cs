using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Nothing is dropped at inference.</summary>
public sealed class DropoutTests
{
    [Fact]
    public void Inputs_pass_and_the_mask_is_true()
    {
        Tensor[] y = All("Dropout", null, Ramp(3), Tensor.Scalar(0.5f));
        Assert.Equal([0f, 1f, 2f], y[0].Floats());
        Assert.Equal(new byte[] { 1, 1, 1 }, y[1].Data.ToArray());
        Refused("Dropout", null, Ramp(3), null, Tensor.Scalar(true));
    }
}
