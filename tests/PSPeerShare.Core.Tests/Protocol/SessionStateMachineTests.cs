using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Tests.Protocol;

public sealed class SessionStateMachineTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_but_hello_is_received_before_hello_ack(bool isDialler)
    {
        foreach (FrameType type in Enum.GetValues<FrameType>())
        {
            foreach (int step in new[] { 0, 1, 2, 3 })
            {
                SessionStateMachine session = Greeted(isDialler, step);
                bool isExpected = type == FrameType.GoingAway
                    || (step <= 1 && type == FrameType.Hello)
                    || (step == 3 && type == FrameType.HelloAck);
                uint id = FrameRules.BelongsToConnection(type) ? 0u : isDialler ? 2u : 1u;
                var header = new FrameHeader(0, type, FrameFlags.None, id);

                Assert.False(session.IsOpen);
                if (isExpected)
                {
                    Assert.Equal(FrameVerdict.Deliver, session.Receive(header));
                }
                else
                {
                    Assert.Throws<ProtocolFaultException>(() => session.Receive(header));
                }
            }
        }
    }

    [Fact]
    public void A_stream_before_both_have_acknowledged_is_refused_with_its_own_reason()
    {
        foreach (int step in new[] { 0, 1, 2, 3 })
        {
            Refused(CloseReason.BeforeHelloAck, Greeted(isDialler: false, step), FrameType.Search, 1);
        }
        SessionStateMachine acknowledgedByRemoteOnly = Greeted(isDialler: false, 3);
        acknowledgedByRemoteOnly.Receive(Header(FrameType.HelloAck, 0));
        Refused(CloseReason.BeforeHelloAck, acknowledgedByRemoteOnly, FrameType.Search, 1);
    }

    [Fact]
    public void Hello_and_hello_ack_are_said_once()
    {
        Refused(CloseReason.HelloTwice, Open(), FrameType.Hello, 0);
        Refused(CloseReason.HelloTwice, Open(), FrameType.HelloAck, 0);
    }

    [Fact]
    public void Before_hello_ack_a_frame_is_at_most_4_KiB()
    {
        SessionStateMachine session = Greeted(isDialler: false, 0);

        Refused(CloseReason.FrameTooLarge, session, FrameType.Hello, 0, Limits.PairPayloadBytes + 1);
        session.Receive(Header(FrameType.Hello, 0, Limits.PairPayloadBytes));
    }

    [Fact]
    public void A_control_frame_of_64_KiB_passes_and_one_byte_more_does_not()
    {
        Open().Receive(Header(FrameType.Search, 1, Limits.ControlPayloadBytes));
        Refused(CloseReason.FrameTooLarge, Open(), FrameType.Search, 1, Limits.ControlPayloadBytes + 1);
    }

    [Fact]
    public void Each_side_opens_its_own_ids_in_ascending_order()
    {
        SessionStateMachine acceptor = Open(isDialler: false);
        acceptor.Receive(Header(FrameType.Search, 1));
        acceptor.Receive(Header(FrameType.Search, 7));
        Refused(CloseReason.BadStreamId, acceptor, FrameType.Search, 5);
        Refused(CloseReason.BadStreamId, acceptor, FrameType.Search, 2);
        Refused(CloseReason.BadStreamId, acceptor, FrameType.Search, 0);
        Refused(CloseReason.UnexpectedFrame, acceptor, FrameType.Search, 7);

        SessionStateMachine dialler = Open(isDialler: true);
        dialler.Receive(Header(FrameType.Search, 2));
        Refused(CloseReason.BadStreamId, dialler, FrameType.Search, 3);
    }

    [Fact]
    public void A_stream_begins_with_an_opening_frame()
    {
        foreach (FrameType type in Enum.GetValues<FrameType>().Where(type => !FrameRules.IsOpening(type) && !FrameRules.BelongsToConnection(type)))
        {
            Assert.Throws<ProtocolFaultException>(() => Open().Receive(Header(type, 1)));
        }
    }

    [Fact]
    public void The_connections_own_frames_have_no_stream_and_no_end()
    {
        Refused(CloseReason.BadStreamId, Open(), FrameType.Ping, 1);
        SessionStateMachine session = Open();
        var fault = Assert.Throws<ProtocolFaultException>(
            () => session.Receive(new FrameHeader(0, FrameType.Ping, FrameFlags.Last, 0)));
        Assert.Equal(CloseReason.MalformedFrame, fault.Reason);
    }

    [Fact]
    public void An_unknown_type_ends_the_connection()
    {
        Refused(CloseReason.UnknownFrame, Open(), (FrameType)0x7F, 1);
        Refused(CloseReason.BeforeHelloAck, Greeted(isDialler: false, 1), (FrameType)0x7F, 1);
    }

    [Fact]
    public void Only_the_types_of_its_conversation_stand_in_a_stream()
    {
        SessionStateMachine session = Open();
        session.Receive(Header(FrameType.Search, 1));
        Refused(CloseReason.UnexpectedFrame, session, FrameType.Entries, 1);
        session.Receive(Header(FrameType.Fetch, 3));
        session.Receive(Header(FrameType.FetchItems, 3));
        Refused(CloseReason.UnexpectedFrame, session, FrameType.Data, 3, 100);
        session.Send(Header(FrameType.Search, 2));
        session.Receive(Header(FrameType.Entries, 2));
        Refused(CloseReason.UnexpectedFrame, session, FrameType.ItemHeader, 2);
    }

    [Fact]
    public void The_credit_can_be_used_to_the_last_byte_and_not_beyond()
    {
        SessionStateMachine session = Fetching();
        int rest = Limits.InitialCreditBytes - FrameHeader.SizeInBytes;
        Refused(CloseReason.CreditOverrun, session, FrameType.Data, 2, rest + 1);

        session.Receive(Header(FrameType.Data, 2, rest));
        Refused(CloseReason.CreditOverrun, session, FrameType.ItemEnd, 2);

        Assert.True(session.SendCredit(2, 100));
        session.Receive(Header(FrameType.ItemEnd, 2, 88));
        Refused(CloseReason.CreditOverrun, session, FrameType.ItemEnd, 2);
    }

    [Fact]
    public void Opening_frames_credit_and_errors_cost_no_credit()
    {
        SessionStateMachine session = Fetching();
        session.Receive(Header(FrameType.Data, 2, Limits.InitialCreditBytes - FrameHeader.SizeInBytes));

        session.Receive(Header(FrameType.Credit, 2, 4));
        session.Receive(Header(FrameType.Error, 2, 4));
        session.Receive(Header(FrameType.Fetch, 1, Limits.ControlPayloadBytes));
    }

    [Fact]
    public void Nothing_follows_the_last_frame_but_credit_and_error()
    {
        SessionStateMachine session = Fetching(last: false);
        session.Receive(new FrameHeader(0, FrameType.Data, FrameFlags.Last, 2));

        session.Receive(Header(FrameType.Credit, 2, 4));
        Refused(CloseReason.UnexpectedFrame, session, FrameType.Data, 2);
        session.Receive(Header(FrameType.Error, 2));
        Refused(CloseReason.UnexpectedFrame, session, FrameType.Credit, 2, 4);
    }

    [Fact]
    public void A_stream_is_retired_when_both_sides_have_ended_and_its_id_stays_used()
    {
        SessionStateMachine session = Fetching(last: true);
        var retired = new List<uint>();
        session.Retired = retired.Add;

        session.Receive(new FrameHeader(0, FrameType.Data, FrameFlags.Last, 2));

        Assert.Equal([2u], retired);
        Assert.Equal(0, session.OpenStreams);
        Assert.Equal(FrameVerdict.Discard, session.Receive(Header(FrameType.Credit, 2, 4)));
        Assert.Equal(FrameVerdict.Discard, session.Receive(Header(FrameType.Error, 2)));
        Refused(CloseReason.BadStreamId, session, FrameType.Data, 2);
        Assert.False(session.Send(Header(FrameType.Error, 2)));
        Assert.False(session.SendCredit(2, 1));
    }

    [Fact]
    public void What_arrives_after_this_sides_error_is_discarded_until_the_other_side_ends_but_still_costs_credit()
    {
        SessionStateMachine session = Fetching(last: true);
        Assert.True(session.Send(Header(FrameType.Error, 2)));

        Assert.Equal(FrameVerdict.Discard, session.Receive(Header(FrameType.Data, 2, Limits.InitialCreditBytes - FrameHeader.SizeInBytes)));
        Refused(CloseReason.CreditOverrun, session, FrameType.Data, 2, 1);
        session.Receive(Header(FrameType.Error, 2));

        Assert.Equal(0, session.OpenStreams);
    }

    [Fact]
    public void Nothing_is_sent_on_a_stream_after_its_error()
    {
        SessionStateMachine session = Fetching(last: false);

        Assert.True(session.Send(Header(FrameType.FetchItems, 2)));
        Assert.True(session.Send(Header(FrameType.Error, 2)));
        Assert.False(session.Send(Header(FrameType.FetchItems, 2)));
        Assert.False(session.Send(Header(FrameType.Error, 2)));
        Assert.False(session.SendCredit(2, 1));
    }

    [Fact]
    public void The_other_side_may_have_32_streams_open_and_no_more()
    {
        SessionStateMachine session = Open();
        for (uint i = 0; i < Limits.StreamsPerSide; i++)
        {
            session.Receive(new FrameHeader(0, FrameType.Control, FrameFlags.Last, 1 + (2 * i)));
        }
        Refused(CloseReason.TooManyStreams, session, FrameType.Control, 101);

        SessionStateMachine other = Open();
        for (uint i = 0; i < 10 * Limits.StreamsPerSide; i++)
        {
            other.Receive(new FrameHeader(0, FrameType.Control, FrameFlags.Last, 1 + (2 * i)));
            other.Send(new FrameHeader(0, FrameType.ControlAnswer, FrameFlags.Last, 1 + (2 * i)));
        }
        Assert.Equal(0, other.OpenStreams);
    }

    [Fact]
    public void Pings_wait_for_pongs()
    {
        SessionStateMachine session = Open();
        for (int i = 0; i < Limits.UnansweredPings; i++)
        {
            session.Receive(Header(FrameType.Ping, 0));
        }
        session.Send(Header(FrameType.Pong, 0));
        session.Receive(Header(FrameType.Ping, 0));
        Refused(CloseReason.TooManyPings, session, FrameType.Ping, 0);
        Refused(CloseReason.UnexpectedFrame, session, FrameType.Pong, 0);
    }

    [Fact]
    public void A_pairing_session_has_its_own_frames_and_limits()
    {
        foreach (FrameType type in Enum.GetValues<FrameType>())
        {
            SessionStateMachine session = Open(kind: SessionKind.Pair);
            bool isConnection = FrameRules.BelongsToConnection(type);
            bool isAllowed = type is FrameType.Ping or FrameType.GoingAway or FrameType.TicketProof or FrameType.PairStep;
            Action receive = () => session.Receive(Header(type, isConnection ? 0u : 1u));
            if (isAllowed)
            {
                receive();
            }
            else
            {
                Assert.Throws<ProtocolFaultException>(receive);
            }
        }
        Refused(CloseReason.FrameTooLarge, Open(kind: SessionKind.Pair), FrameType.TicketProof, 1, Limits.PairPayloadBytes + 1);
        Refused(CloseReason.UnexpectedFrame, Open(), FrameType.TicketProof, 1);
    }

    [Fact]
    public void A_pairing_session_is_over_after_64_KiB()
    {
        SessionStateMachine session = Open(kind: SessionKind.Pair);
        session.Receive(Header(FrameType.PairStep, 1, 2000));
        for (int i = 0; i < 15; i++)
        {
            session.Receive(Header(FrameType.PairStep, 1, Limits.PairPayloadBytes));
        }
        Refused(CloseReason.PairTooMuch, session, FrameType.PairStep, 1, Limits.PairPayloadBytes);
    }

    private static SessionStateMachine Fetching(bool last = true)
    {
        SessionStateMachine session = Open();
        session.Send(new FrameHeader(0, FrameType.Fetch, last ? FrameFlags.Last : FrameFlags.None, 2));
        return session;
    }

    private static SessionStateMachine Open(bool isDialler = false, SessionKind kind = SessionKind.Main)
    {
        SessionStateMachine session = Greeted(isDialler, 3, kind);
        session.Send(Header(FrameType.HelloAck, 0));
        session.Receive(Header(FrameType.HelloAck, 0));
        Assert.True(session.IsOpen);
        return session;
    }

    // 0: nothing said; 1: HELLO sent; 2: HELLO received; 3: both.
    private static SessionStateMachine Greeted(bool isDialler, int step, SessionKind kind = SessionKind.Main)
    {
        var session = new SessionStateMachine(isDialler, kind);
        if (step is 1 or 3)
        {
            session.Send(Header(FrameType.Hello, 0));
        }
        if (step is 2 or 3)
        {
            session.Receive(Header(FrameType.Hello, 0));
        }
        return session;
    }

    private static FrameHeader Header(FrameType type, uint stream, int length = 0) => new(length, type, FrameFlags.None, stream);

    private static void Refused(CloseReason reason, SessionStateMachine session, FrameType type, uint stream, int length = 0)
    {
        var fault = Assert.Throws<ProtocolFaultException>(() => session.Receive(Header(type, stream, length)));
        Assert.Equal(reason, fault.Reason);
    }
}
