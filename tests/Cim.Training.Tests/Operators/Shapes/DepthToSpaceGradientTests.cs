using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>Channels and positions exchanged, in every order.</summary>
public sealed class DepthToSpaceGradientTests
{
    [Theory]
    [InlineData("DCR")]
    [InlineData("CRD")]
    public void Depth_to_space(string mode)
    {
        var check = new GradientCheck(14, doublePrecision: false);
        string x = check.Variable([2, 8, 3, 2]);
        check.Agrees(check.Builder.Op("DepthToSpace", [x], Attributes.Int("blocksize", 2), Attributes.String("mode", mode)));
    }

    [Fact]
    public void Space_to_depth()
    {
        var check = new GradientCheck(15, doublePrecision: false);
        string x = check.Variable([2, 3, 4, 6]);
        check.Agrees(check.Builder.Op("SpaceToDepth", [x], Attributes.Int("blocksize", 2)));
    }
}
